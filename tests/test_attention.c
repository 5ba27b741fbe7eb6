/* Attention: its values, its shares, its shapes and threads. Its gradients are checked where those of all
 * ops are. */
#include "layers/attention.h"
#include "pmy64/layers/attention.h"
#include "pmy64/tensor/op.h"
#include "tensor/op.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BATCH = 2, HEADS = 3, QUERIES = 4, KEYS = 5, DIM = 3, WIDTH = 2 };

static void fill(pmy64_node *node, uint64_t stream)
{
    pmy_random random = {.seed = 7, .stream = stream};
    pmy64_tensor tensor = pmy64_value(node);
    for (size_t i = 0; i < pmy_shape_size(tensor.shape); i++)
        tensor.data[i] = 4 * pmy_random_uniform(&random) - 2;
}

/* One head by the definition, each exponential on its own. */
static void plain_head(size_t queries, size_t keys, bool causal, const double *q /* [queries, DIM] */,
                       const double *k /* [keys, DIM] */, const double *v /* [keys, WIDTH] */,
                       double *p /* [queries, keys] */, double *o /* [queries, WIDTH] */)
{
    for (size_t i = 0; i < queries; i++) {
        double sum = 0;
        for (size_t j = 0; j < keys; j++) {
            double score = 0;
            for (size_t d = 0; d < DIM; d++)
                score += q[i * DIM + d] * k[j * DIM + d];
            p[i * keys + j] = causal && j > i ? 0 : exp(score / sqrt(DIM));
            sum += p[i * keys + j];
        }
        for (size_t j = 0; j < keys; j++)
            p[i * keys + j] /= sum;
        for (size_t w = 0; w < WIDTH; w++) {
            o[i * WIDTH + w] = 0;
            for (size_t j = 0; j < keys; j++)
                o[i * WIDTH + w] += p[i * keys + j] * v[j * WIDTH + w];
        }
    }
}

static void expect_close(size_t count, const double *given, const double *expected)
{
    for (size_t i = 0; i < count; i++)
        assert_true(fabs(given[i] - expected[i]) <= 1e-14 * (1 + fabs(expected[i])));
}

static void heads_follow_the_definition(size_t keys, bool causal, bool heads_axis)
{
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    size_t heads = heads_axis ? BATCH * HEADS : BATCH;
    pmy_shape query = heads_axis ? PMY_SHAPE(BATCH, HEADS, QUERIES, DIM) : PMY_SHAPE(BATCH, QUERIES, DIM);
    pmy_shape key = heads_axis ? PMY_SHAPE(BATCH, HEADS, keys, DIM) : PMY_SHAPE(BATCH, keys, DIM);
    pmy_shape value = heads_axis ? PMY_SHAPE(BATCH, HEADS, keys, WIDTH) : PMY_SHAPE(BATCH, keys, WIDTH);
    pmy64_node *q = pmy64_input(graph, query), *k = pmy64_input(graph, key), *v = pmy64_input(graph, value);
    pmy64_node *node = pmy64_attention(graph, q, k, v, causal);
    pmy_error error;
    assert_int_equal(pmy64_build(graph, node, &error), PMY_OK);
    fill(q, 1);
    fill(k, 2);
    fill(v, 3);
    assert_int_equal(pmy64_forward(graph, PMY64_EVAL, &error), PMY_OK);
    pmy64_tensor shares = pmy64_attention_shares(node), output = pmy64_value(node);
    assert_int_equal(pmy_shape_size(shares.shape), heads * QUERIES * keys);
    assert_int_equal(pmy_shape_last(shares.shape), keys);
    for (size_t h = 0; h < heads; h++) {
        double p[QUERIES * KEYS], o[QUERIES * WIDTH];
        plain_head(QUERIES, keys, causal, pmy64_value(q).data + h * QUERIES * DIM,
                   pmy64_value(k).data + h * keys * DIM, pmy64_value(v).data + h * keys * WIDTH, p, o);
        expect_close(QUERIES * keys, shares.data + h * QUERIES * keys, p);
        expect_close(QUERIES * WIDTH, output.data + h * QUERIES * WIDTH, o);
    }
    pmy64_graph_free(graph);
}

static void values_follow_the_definition(void **state)
{
    (void)state;
    heads_follow_the_definition(KEYS, false, true);
    heads_follow_the_definition(QUERIES, true, true);
    heads_follow_the_definition(KEYS, false, false);
    heads_follow_the_definition(1, false, true);
}

/* Scores far beyond what exp can take alone. */
static void large_scores_stay_finite(void **state)
{
    (void)state;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *q = pmy64_input(graph, PMY_SHAPE(1, 1, 1)), *k = pmy64_input(graph, PMY_SHAPE(1, 2, 1));
    pmy64_node *node = pmy64_attention(graph, q, k, k, false);
    assert_int_equal(pmy64_build(graph, node, NULL), PMY_OK);
    pmy64_value(q).data[0] = 1e5;
    pmy64_value(k).data[0] = 1;
    pmy64_value(k).data[1] = 2;
    assert_int_equal(pmy64_forward(graph, PMY64_EVAL, NULL), PMY_OK);
    assert_true(pmy64_attention_shares(node).data[0] == 0 && pmy64_attention_shares(node).data[1] == 1);
    assert_true(pmy64_value(node).data[0] == 2);
    pmy64_graph_free(graph);
}

static void a_later_token_is_not_seen(void **state)
{
    (void)state;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *x = pmy64_input(graph, PMY_SHAPE(1, QUERIES, DIM));
    pmy64_node *node = pmy64_attention(graph, x, x, x, true);
    assert_int_equal(pmy64_build(graph, node, NULL), PMY_OK);
    fill(x, 1);
    assert_int_equal(pmy64_forward(graph, PMY64_EVAL, NULL), PMY_OK);
    double before[QUERIES * DIM];
    memcpy(before, pmy64_value(node).data, sizeof before);
    for (size_t d = 0; d < DIM; d++)
        pmy64_value(x).data[(QUERIES - 1) * DIM + d] += 1;
    assert_int_equal(pmy64_forward(graph, PMY64_EVAL, NULL), PMY_OK);
    const double *after = pmy64_value(node).data;
    assert_memory_equal(before, after, (QUERIES - 1) * DIM * sizeof *before);
    assert_memory_not_equal(before + (QUERIES - 1) * DIM, after + (QUERIES - 1) * DIM, DIM * sizeof *before);
    pmy64_graph_free(graph);
}

/* dQ, dK and dV for one thread and for three, in float, with a batch smaller than was built for. */
static void gradients_on(unsigned threads, float *gradients /* [3 · BATCH · QUERIES · DIM] */)
{
    pmy_pool *pool = NULL;
    assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
    pmy_graph *graph = pmy_graph_new(pool, 1);
    pmy_node *leaf[3];
    for (size_t i = 0; i < 3; i++) {
        leaf[i] = pmy_input(graph, PMY_SHAPE(BATCH + 1, QUERIES, DIM));
        pmy_want_gradient(leaf[i]);
    }
    pmy_node *node = pmy_attention(graph, leaf[0], leaf[1], leaf[2], true);
    assert_int_equal(pmy_build(graph, node, NULL), PMY_OK);
    assert_int_equal(pmy_set_batch(graph, BATCH, NULL), PMY_OK);
    pmy_random random = {.seed = 1};
    float seed[BATCH * QUERIES * DIM];
    for (size_t n = 0; n < BATCH * QUERIES * DIM; n++) {
        for (size_t i = 0; i < 3; i++)
            pmy_value(leaf[i]).data[n] = (float)pmy_random_uniform(&random);
        seed[n] = (float)pmy_random_uniform(&random);
    }
    assert_int_equal(pmy_forward(graph, PMY_TRAIN, NULL), PMY_OK);
    pmy_backward_from(graph, seed);
    for (size_t i = 0; i < 3; i++)
        memcpy(gradients + i * BATCH * QUERIES * DIM, pmy_gradient(leaf[i]).data,
               BATCH * QUERIES * DIM * sizeof *gradients);
    pmy_graph_free(graph);
    pmy_pool_free(pool);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    float one[3 * BATCH * QUERIES * DIM], three[3 * BATCH * QUERIES * DIM];
    gradients_on(1, one);
    gradients_on(3, three);
    assert_memory_equal(one, three, sizeof one);
    assert_true(one[DIM] != 0); /* the first query sees but one key */
}

static void expect_refusal(pmy_shape q, pmy_shape k, pmy_shape v, bool causal, const char *part)
{
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *node =
        pmy64_attention(graph, pmy64_input(graph, q), pmy64_input(graph, k), pmy64_input(graph, v), causal);
    pmy_error error = {0};
    assert_int_equal(pmy64_build(graph, node, &error), PMY_BAD_SHAPE);
    if (!strstr(error.message, part))
        fail_msg("\"%s\" does not say \"%s\"", error.message, part);
    pmy64_graph_free(graph);
}

static void wrong_shapes_are_refused(void **state)
{
    (void)state;
    pmy_shape q = PMY_SHAPE(2, 3, 4, 5);
    expect_refusal(PMY_SHAPE(4, 5), PMY_SHAPE(4, 5), PMY_SHAPE(4, 5), false, "needs q");
    expect_refusal(q, PMY_SHAPE(2, 3, 4, 6), q, false, "needs q");
    expect_refusal(q, PMY_SHAPE(2, 2, 4, 5), q, false, "needs q");
    expect_refusal(q, q, PMY_SHAPE(2, 3, 3, 5), false, "needs q");
    expect_refusal(q, PMY_SHAPE(2, 12, 5), PMY_SHAPE(2, 12, 5), false, "needs q");
    expect_refusal(q, PMY_SHAPE(2, 3, 6, 5), PMY_SHAPE(2, 3, 6, 5), true, "4 queries over 6 keys");
}

static void scores_that_are_not_finite_are_reported(void **state)
{
    (void)state;
    pmy64_graph *graph = pmy64_graph_new(NULL, 1);
    pmy64_node *x = pmy64_input(graph, PMY_SHAPE(2, 2, 1));
    pmy64_node *node = pmy64_attention(graph, x, x, x, false);
    assert_int_equal(pmy64_build(graph, node, NULL), PMY_OK);
    pmy64_value(x).data[3] = (double)NAN;
    pmy_error error = {0};
    assert_int_equal(pmy64_forward(graph, PMY64_EVAL, &error), PMY_BAD_DATA);
    assert_non_null(strstr(error.message, "row 2: among the scores, a logit is NaN"));
    pmy64_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_follow_the_definition),
        cmocka_unit_test(large_scores_stay_finite),
        cmocka_unit_test(a_later_token_is_not_seen),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(wrong_shapes_are_refused),
        cmocka_unit_test(scores_that_are_not_finite_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
