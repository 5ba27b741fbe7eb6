/* Both libraries in one program: the same graph in float and in double, close to each other. */
#include "pmy.h"
#include "pmy64/pmy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { BATCH = 33, IN = 50, CLASSES = 10 };

static void both_start_alike_and_stay_close(void **state)
{
    (void)state;
    const char *line = "linear 80, gelu, dropout 0.25, linear 70, relu, linear 10";
    pmy_error error = {0};
    pmy_pool *pool;
    assert_int_equal(pmy_pool_new(2, &pool, &error), PMY_OK);
    pmy_net net;
    pmy64_net net64;
    assert_int_equal(pmy_net_read(line, PMY_SHAPE(IN), &net, &error), PMY_OK);
    assert_int_equal(pmy64_net_read(line, PMY_SHAPE(IN), &net64, &error), PMY_OK);
    assert_string_equal(net.text, net64.text);

    pmy_graph *g = pmy_graph_new(pool, 3);
    pmy64_graph *g64 = pmy64_graph_new(pool, 3);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, IN)), *labels = pmy_labels(g, BATCH);
    pmy64_node *x64 = pmy64_input(g64, PMY_SHAPE(BATCH, IN)), *labels64 = pmy64_labels(g64, BATCH);
    pmy_node *loss = pmy_softmax_xent(g, pmy_net_build(&net, g, x), labels, NULL);
    pmy64_node *loss64 = pmy64_softmax_xent(g64, pmy64_net_build(&net64, g64, x64), labels64, NULL);
    assert_int_equal(pmy_build(g, loss, &error), PMY_OK);
    assert_int_equal(pmy64_build(g64, loss64, &error), PMY_OK);

    pmy_parameters p = pmy_graph_parameters(g);
    pmy64_parameters p64 = pmy64_graph_parameters(g64);
    assert_int_equal(p.size, p64.size);
    for (size_t i = 0; i < p.size; i++)
        assert_true((double)p.values[i] == p64.values[i]);

    pmy_random random = {.seed = 4};
    for (unsigned step = 0; step < 10; step++) {
        for (size_t i = 0; i < (size_t)BATCH * IN; i++) {
            pmy_value(x).data[i] = (float)pmy_random_uniform(&random);
            pmy64_value(x64).data[i] = (double)pmy_value(x).data[i];
        }
        for (size_t r = 0; r < BATCH; r++)
            pmy_integer_data(labels)[r] = pmy64_integer_data(labels64)[r] =
                (int32_t)pmy_random_below(&random, CLASSES);
        assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_OK);
        assert_int_equal(pmy64_forward(g64, PMY64_TRAIN, &error), PMY_OK);
        pmy_backward(g);
        pmy64_backward(g64);
        assert_true(fabs((double)pmy_item(loss) - pmy64_item(loss64)) < 1e-5);
        for (size_t i = 0; i < p.size; i++) {
            assert_true(fabs((double)p.gradients[i] - p64.gradients[i]) < 1e-6);
            p.values[i] -= 0.1f * p.gradients[i];
            p64.values[i] -= 0.1 * p64.gradients[i];
        }
    }
    /* Each in its own precision. */
    assert_true((double)pmy_item(loss) != pmy64_item(loss64));
    pmy_graph_free(g);
    pmy64_graph_free(g64);
    pmy_pool_free(pool);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_start_alike_and_stay_close)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
