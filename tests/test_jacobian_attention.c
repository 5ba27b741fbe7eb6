/* Attention's backward pass is its dense Jacobian, transposed, times the gradient that comes in. */
#include "pmy64/gradcheck/jacobian_attention.h"
#include "pmy64/layers/attention.h"
#include "pmy64/tensor/op.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { QUERIES = 5, KEYS = 5, DIM = 3, WIDTH = 4 };

typedef void jacobian_function(const pmy64_attention_head *, const double *p, double *jacobian);

static void draw(size_t count, double *values, pmy_random *random)
{
    for (size_t i = 0; i < count; i++)
        values[i] = 4 * pmy_random_uniform(random) - 2;
}

static void expect_product(const pmy64_attention_head *head, const double *p, jacobian_function *function,
                           const double *d_output, pmy64_tensor gradient)
{
    size_t inputs = pmy_shape_size(gradient.shape), outputs = head->queries * head->width;
    double *jacobian = calloc(outputs * inputs, sizeof *jacobian), largest = 0;
    assert_non_null(jacobian);
    function(head, p, jacobian);
    for (size_t i = 0; i < inputs; i++)
        largest = fmax(largest, fabs(gradient.data[i]));
    assert_true(largest > 0.01);
    for (size_t i = 0; i < inputs; i++) {
        double sum = 0;
        for (size_t o = 0; o < outputs; o++)
            sum += jacobian[o * inputs + i] * d_output[o];
        assert_true(fabs(sum - gradient.data[i]) <= 1e-14 * largest);
    }
    free(jacobian);
}

static void backward_is_the_jacobian(bool causal, size_t keys)
{
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *q = pmy64_input(graph, PMY_SHAPE(1, QUERIES, DIM));
    pmy64_node *k = pmy64_input(graph, PMY_SHAPE(1, keys, DIM));
    pmy64_node *v = pmy64_input(graph, PMY_SHAPE(1, keys, WIDTH));
    pmy64_want_gradient(q);
    pmy64_want_gradient(k);
    pmy64_want_gradient(v);
    pmy64_node *node = pmy64_attention(graph, q, k, v, &(pmy64_attention_options){.causal = causal});
    assert_int_equal(pmy64_build(graph, node, NULL), PMY_OK);
    pmy_random random = {.seed = 3};
    draw(QUERIES * DIM, pmy64_value(q).data, &random);
    draw(keys * DIM, pmy64_value(k).data, &random);
    draw(keys * WIDTH, pmy64_value(v).data, &random);
    double d_output[QUERIES * WIDTH], p[QUERIES * KEYS], shares[QUERIES * KEYS];
    draw(QUERIES * WIDTH, d_output, &random);
    assert_int_equal(pmy64_forward(graph, PMY64_TRAIN, NULL), PMY_OK);
    pmy64_backward_from(graph, d_output);
    pmy64_attention_head head = {.queries = QUERIES,
                                 .keys = keys,
                                 .dim = DIM,
                                 .width = WIDTH,
                                 .causal = causal,
                                 .q = pmy64_value(q).data,
                                 .k = pmy64_value(k).data,
                                 .v = pmy64_value(v).data};
    pmy64_jacobian_attention_shares(&head, p);
    pmy64_attention_shares(node, 0, 0, shares);
    for (size_t i = 0; i < QUERIES * keys; i++)
        assert_true(fabs(p[i] - shares[i]) <= 1e-15);
    expect_product(&head, p, pmy64_jacobian_attention_q, d_output, pmy64_gradient(q));
    expect_product(&head, p, pmy64_jacobian_attention_k, d_output, pmy64_gradient(k));
    expect_product(&head, p, pmy64_jacobian_attention_v, d_output, pmy64_gradient(v));
    pmy64_graph_free(graph);
}

static void full_attention(void **state)
{
    (void)state;
    backward_is_the_jacobian(false, KEYS);
    backward_is_the_jacobian(false, KEYS - 3);
}

static void causal_attention(void **state)
{
    (void)state;
    backward_is_the_jacobian(true, QUERIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(full_attention), cmocka_unit_test(causal_attention)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
