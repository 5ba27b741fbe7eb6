/* Also in double. */
/* The mean squared error against its formula. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-14;

static void value_and_gradients(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{1}}, {{9}}, {{5, 7}}, {{3, 2, 11}}, {{33, 257}}};
    for (size_t s = 0; s < ROOM(shapes); s++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, shapes[s]), *t = pmy_input(g, shapes[s]), *loss;
        pmy_want_gradient(x);
        pmy_want_gradient(t);
        loss = pmy_mse(g, x, t);
        build(g, pmy_scale(g, loss, 3));
        fill(x, 1, -2, 2);
        fill(t, 2, -2, 2);
        forward(g, PMY_TRAIN);
        pmy_backward(g);
        double sum = 0;
        size_t n = pmy_shape_size(shapes[s]);
        for (size_t i = 0; i < n; i++) {
            double difference = (double)pmy_value(x).data[i] - (double)pmy_value(t).data[i];
            sum += difference * difference;
            double dx = 3 * 2 * difference / (double)n;
            expect_close("dx", i, (double)pmy_gradient(x).data[i], dx, tolerance);
            expect_close("dt", i, (double)pmy_gradient(t).data[i], -dx, tolerance);
        }
        expect_close("loss", 0, (double)pmy_item(loss), sum / (double)n, tolerance);
        pmy_graph_free(g);
    }
}

static void of_a_node_and_itself(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(5, 7)), *loss = pmy_mse(g, x, x);
    pmy_want_gradient(x);
    build(g, loss);
    fill(x, 1, -2, 2);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    assert_true(pmy_item(loss) == 0);
    for (size_t i = 0; i < 35; i++)
        assert_true(pmy_gradient(x).data[i] == 0);
    pmy_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_and_gradients),
        cmocka_unit_test(of_a_node_and_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
