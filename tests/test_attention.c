/* Also in double. */
/* Attention: its values, its shares, masks, shapes and threads. Its gradients are checked where those of all
 * ops are, and against PyTorch's in test_attention_recorded.c. */
#include "running.h"

#include <math.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 2e-6 : 2e-14;

enum { BATCH = 2, HEADS = 3, QUERIES = 4, KEYS = 5, DIM = 3, WIDTH = 2 };

/* What a test makes, of BATCH examples. */
typedef struct attention {
    size_t heads, keys;
    bool causal, masked;
    pmy_graph *graph;
    pmy_node *q, *k, *v, *mask, *node;
} attention;

static void make(attention *a, pmy_pool *pool)
{
    a->graph = new_graph(pool);
    a->q = pmy_input(a->graph, PMY_SHAPE(BATCH, QUERIES, a->heads * DIM));
    a->k = pmy_input(a->graph, PMY_SHAPE(BATCH, a->keys, a->heads * DIM));
    a->v = pmy_input(a->graph, PMY_SHAPE(BATCH, a->keys, a->heads * WIDTH));
    pmy_want_gradient(a->q);
    pmy_want_gradient(a->k);
    pmy_want_gradient(a->v);
    pmy_attention_options options = {.heads = a->heads, .causal = a->causal};
    if (a->masked)
        a->mask = options.mask = pmy_integers(a->graph, PMY_SHAPE(BATCH, a->keys));
    a->node = pmy_attention(a->graph, a->q, a->k, a->v, &options);
    build(a->graph, a->node);
    fill(a->q, 1, -2, 2);
    fill(a->k, 2, -2, 2);
    fill(a->v, 3, -2, 2);
    for (size_t n = 0; a->masked && n < BATCH * a->keys; n++)
        pmy_integer_data(a->mask)[n] = n % a->keys == 0 || n % 3 != 1;
}

static bool sees(const attention *a, size_t example, size_t query, size_t key)
{
    return !(a->causal && key > query) && !(a->masked && !pmy_integer_data(a->mask)[example * a->keys + key]);
}

/* One head of an example by the definition, each exponential on its own. */
static void expect_head(const attention *a, size_t example, size_t head)
{
    const pmy_real *q = pmy_value(a->q).data + (example * QUERIES * a->heads + head) * DIM;
    const pmy_real *k = pmy_value(a->k).data + (example * a->keys * a->heads + head) * DIM;
    const pmy_real *v = pmy_value(a->v).data + (example * a->keys * a->heads + head) * WIDTH;
    const pmy_real *o = pmy_value(a->node).data + (example * QUERIES * a->heads + head) * WIDTH;
    pmy_real shares[QUERIES * KEYS];
    pmy_attention_shares(a->node, example, head, shares);
    for (size_t i = 0; i < QUERIES; i++) {
        double p[KEYS], sum = 0;
        for (size_t j = 0; j < a->keys; j++) {
            double score = 0;
            for (size_t d = 0; d < DIM; d++)
                score += (double)q[i * a->heads * DIM + d] * (double)k[j * a->heads * DIM + d];
            p[j] = sees(a, example, i, j) ? exp(score / sqrt(DIM)) : 0;
            sum += p[j];
        }
        for (size_t j = 0; j < a->keys; j++) {
            expect_close("p", j, (double)shares[i * a->keys + j], p[j] / sum, tolerance);
            assert_true(sees(a, example, i, j) || shares[i * a->keys + j] == 0);
        }
        for (size_t w = 0; w < WIDTH; w++) {
            double output = 0;
            for (size_t j = 0; j < a->keys; j++)
                output += p[j] / sum * (double)v[j * a->heads * WIDTH + w];
            expect_close("o", w, (double)o[i * a->heads * WIDTH + w], output, tolerance);
        }
    }
}

static void values_follow_the_definition(void **state)
{
    (void)state;
    static const attention cases[] = {
        {.heads = 1, .keys = KEYS},
        {.heads = HEADS, .keys = KEYS},
        {.heads = HEADS, .keys = 1},
        {.heads = 2, .keys = QUERIES, .causal = true},
        {.heads = HEADS, .keys = KEYS, .masked = true},
        {.heads = 2, .keys = QUERIES, .causal = true, .masked = true},
    };
    for (size_t i = 0; i < ROOM(cases); i++) {
        attention a = cases[i];
        make(&a, NULL);
        forward(a.graph, PMY_EVAL);
        for (size_t head = 0; head < BATCH * a.heads; head++)
            expect_head(&a, head / a.heads, head % a.heads);
        pmy_graph_free(a.graph);
    }
}

/* Scores far beyond what exp can take alone. */
static void large_scores_stay_finite(void **state)
{
    (void)state;
    pmy_graph *graph = new_graph(NULL);
    pmy_node *q = pmy_input(graph, PMY_SHAPE(1, 1, 1)), *k = pmy_input(graph, PMY_SHAPE(1, 2, 1));
    pmy_node *node = pmy_attention(graph, q, k, k, NULL);
    build(graph, node);
    pmy_value(q).data[0] = (pmy_real)1e5;
    pmy_value(k).data[0] = 1;
    pmy_value(k).data[1] = 2;
    forward(graph, PMY_EVAL);
    pmy_real shares[2];
    pmy_attention_shares(node, 0, 0, shares);
    assert_true(shares[0] == 0 && shares[1] == 1);
    assert_true(pmy_value(node).data[0] == 2);
    pmy_graph_free(graph);
}

/* q, k and v side by side are what they are apart, values and gradient, bit for bit: by rows, as many
 * examples go, and by tiles. The keys and values of the first positions can be had from either. */
static void side_by_side_or_apart(void **state)
{
    (void)state;
    enum { TIME = 5, D = 6, MOST = 9 };
    for (size_t batch = 2; batch <= MOST; batch += MOST - 2) {
        pmy_graph *graph[2];
        pmy_node *x[2], *node[2];
        pmy_real past[2][2][TIME * D], seed[MOST * TIME * D];
        for (size_t i = 0; i < batch * TIME * D; i++)
            seed[i] = (pmy_real)(i % 7) - 3;
        for (int apart = 0; apart < 2; apart++) {
            pmy_graph *g = graph[apart] = new_graph(NULL);
            x[apart] = pmy_input(g, PMY_SHAPE(batch, TIME, 3 * D));
            pmy_want_gradient(x[apart]);
            node[apart] = apart ? pmy_attention(g, pmy_slice(g, x[apart], -1, 0, D),
                                                pmy_slice(g, x[apart], -1, D, 2 * D),
                                                pmy_slice(g, x[apart], -1, 2 * D, 3 * D),
                                                &(pmy_attention_options){.heads = 2, .causal = true})
                                : pmy_attention_packed(g, x[apart], 2, true);
            build(g, node[apart]);
            fill(x[apart], 1, -1, 1);
            forward(g, PMY_TRAIN);
            pmy_backward_from(g, seed);
            pmy_attention_past_of(node[apart], TIME - 1, past[apart][0], past[apart][1]);
        }
        assert_memory_equal(pmy_value(node[0]).data, pmy_value(node[1]).data,
                            batch * TIME * D * sizeof(pmy_real));
        for (size_t i = 0; i < batch * TIME * 3 * D; i++)
            assert_true(pmy_gradient(x[0]).data[i] == pmy_gradient(x[1]).data[i]);
        for (size_t i = 0; i < (size_t)(TIME - 1) * D; i++)
            for (int apart = 0; apart < 2; apart++) {
                const pmy_real *row = pmy_value(x[apart]).data + i / D * 3 * D; /* of the first example */
                assert_true(past[apart][0][i] == row[D + i % D]);
                assert_true(past[apart][1][i] == row[2 * D + i % D]);
            }
        pmy_graph_free(graph[0]);
        pmy_graph_free(graph[1]);
    }
}

/* What is not seen moves no bit, and gets a gradient of exactly 0. */
static void what_is_not_seen_does_not_matter(void **state)
{
    (void)state;
    attention a = {.heads = HEADS, .keys = QUERIES, .causal = true, .masked = true};
    make(&a, NULL);
    forward(a.graph, PMY_TRAIN);
    enum { SIZE = BATCH * QUERIES * HEADS * WIDTH };
    pmy_real before[SIZE], seed[SIZE];
    memcpy(before, pmy_value(a.node).data, sizeof before);
    for (size_t i = 0; i < SIZE; i++) /* of each example's first two positions alone */
        seed[i] = i / (HEADS * WIDTH) % QUERIES < 2 ? 1 : 0;
    pmy_backward_from(a.graph, seed);
    for (size_t example = 0; example < BATCH; example++)
        for (size_t key = 0; key < QUERIES; key++) {
            bool seen = sees(&a, example, 1, key);
            pmy_real *v = pmy_value(a.v).data + (example * QUERIES + key) * HEADS * WIDTH;
            const pmy_real *dv = pmy_gradient(a.v).data + (example * QUERIES + key) * HEADS * WIDTH;
            const pmy_real *dk = pmy_gradient(a.k).data + (example * QUERIES + key) * HEADS * DIM;
            for (size_t n = 0; n < HEADS * WIDTH; n++)
                assert_true(seen == (dv[n] != 0));
            for (size_t n = 0; n < HEADS * DIM; n++)
                assert_true(seen || dk[n] == 0);
            for (size_t n = 0; n < HEADS * WIDTH; n++)
                v[n] += seen ? 0 : 1;
        }
    forward(a.graph, PMY_EVAL);
    for (size_t i = 0; i < SIZE; i++)
        assert_true(seed[i] == 0 || pmy_value(a.node).data[i] == before[i]);
    assert_false(same_bits(pmy_value(a.node).data, before, SIZE));
    pmy_graph_free(a.graph);
}

/* dQ, dK and dV one after the other, of the first `rows` examples. */
static void gradients_on(unsigned threads, size_t rows, pmy_real *gradients)
{
    pmy_pool *pool = NULL;
    assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
    attention a = {.heads = HEADS, .keys = QUERIES, .causal = true, .masked = true};
    make(&a, pool);
    pmy_split_always(a.graph, true);
    assert_int_equal(pmy_set_batch(a.graph, rows, NULL), PMY_OK);
    pmy_real seed[BATCH * QUERIES * HEADS * WIDTH];
    for (size_t n = 0; n < ROOM(seed); n++)
        seed[n] = (pmy_real)(n % 5) - 2;
    forward(a.graph, PMY_TRAIN);
    pmy_backward_from(a.graph, seed);
    pmy_node *leaf[] = {a.q, a.k, a.v};
    for (size_t i = 0; i < ROOM(leaf); i++) {
        pmy_tensor gradient = pmy_gradient(leaf[i]);
        memcpy(gradients, gradient.data, pmy_shape_size(gradient.shape) * sizeof *gradients);
        gradients += BATCH * QUERIES * HEADS * DIM;
    }
    pmy_graph_free(a.graph);
    pmy_pool_free(pool);
}

static void neither_threads_nor_other_examples_matter(void **state)
{
    (void)state;
    enum { EACH = QUERIES * HEADS * DIM, ALL = 3 * BATCH * EACH };
    pmy_real one[ALL] = {0}, three[ALL] = {0}, fewer[ALL] = {0};
    gradients_on(1, BATCH, one);
    gradients_on(3, BATCH, three);
    assert_true(same_bits(one, three, ALL));
    assert_true(one[2 * HEADS * DIM] != 0); /* the first two queries see but one key */
    gradients_on(2, 1, fewer);
    assert_true(same_bits(one, fewer, EACH));
    assert_true(same_bits(one + BATCH * EACH, fewer + BATCH * EACH, EACH));
    assert_true(same_bits(one + 2 * BATCH * EACH, fewer + 2 * BATCH * EACH, EACH * WIDTH / DIM));
}

static void expect_refusal(pmy_shape q, pmy_shape k, pmy_shape v, pmy_attention_options options,
                           pmy_shape mask, const char *part)
{
    pmy_graph *graph = new_graph(NULL);
    pmy_node *of[] = {pmy_input(graph, q), pmy_input(graph, k), pmy_input(graph, v)};
    if (pmy_shape_rank(mask) > 0)
        options.mask = pmy_integers(graph, mask);
    pmy_error error = {0};
    assert_int_equal(pmy_build(graph, pmy_attention(graph, of[0], of[1], of[2], &options), &error),
                     PMY_BAD_SHAPE);
    if (!strstr(error.message, part))
        fail_msg("\"%s\" does not say \"%s\"", error.message, part);
    pmy_graph_free(graph);
}

static void wrong_shapes_are_refused(void **state)
{
    (void)state;
    pmy_attention_options plain = {0}, causal = {.causal = true}, two = {.heads = 2};
    pmy_shape q = PMY_SHAPE(2, 4, 6), none = {{0}};
    expect_refusal(PMY_SHAPE(4, 6), PMY_SHAPE(4, 6), PMY_SHAPE(4, 6), plain, none, "needs q");
    expect_refusal(PMY_SHAPE(2, 3, 4, 6), PMY_SHAPE(2, 3, 4, 6), PMY_SHAPE(2, 3, 4, 6), plain, none,
                   "needs q");
    expect_refusal(q, PMY_SHAPE(2, 4, 8), q, plain, none, "needs q");
    expect_refusal(q, q, PMY_SHAPE(2, 3, 6), plain, none, "needs q");
    expect_refusal(q, PMY_SHAPE(2, 5, 6), PMY_SHAPE(2, 5, 6), causal, none, "4 queries over 5 keys");
    expect_refusal(q, q, PMY_SHAPE(2, 4, 5), two, none, "no multiple of 2 heads");
    expect_refusal(PMY_SHAPE(2, 4, 5), PMY_SHAPE(2, 4, 5), q, two, none, "no multiple of 2 heads");
    expect_refusal(q, PMY_SHAPE(2, 5, 6), PMY_SHAPE(2, 5, 6), plain, PMY_SHAPE(2, 4),
                   "the mask must be integers 2x5");
    expect_refusal(q, q, q, plain, PMY_SHAPE(2, 4, 1), "the mask must be integers 2x4");
}

static void a_mask_of_reals_is_refused(void **state)
{
    (void)state;
    pmy_graph *graph = new_graph(NULL);
    pmy_node *x = pmy_input(graph, PMY_SHAPE(2, 4, 6)), *mask = pmy_input(graph, PMY_SHAPE(2, 4));
    pmy_error error = {0};
    pmy_node *node = pmy_attention(graph, x, x, x, &(pmy_attention_options){.mask = mask});
    assert_int_equal(pmy_build(graph, node, &error), PMY_BAD_SHAPE);
    assert_non_null(strstr(error.message, "the mask must be integers 2x4"));
    pmy_graph_free(graph);
}

static void expect_bad_data(attention *a, const char *part)
{
    pmy_error error = {0};
    assert_int_equal(pmy_forward(a->graph, PMY_EVAL, &error), PMY_BAD_DATA);
    if (!strstr(error.message, part))
        fail_msg("\"%s\" does not say \"%s\"", error.message, part);
}

static void bad_data_are_named_by_row_and_position(void **state)
{
    (void)state;
    attention a = {.heads = 2, .keys = QUERIES, .causal = true, .masked = true};
    make(&a, NULL);
    pmy_real *number = &pmy_value(a.q).data[(QUERIES + 2) * 2 * DIM + DIM];
    *number = (pmy_real)NAN;
    expect_bad_data(&a, "attention0, row 1, position 2: a score is not finite");
    *number = 0;
    pmy_integer_data(a.mask)[QUERIES] = pmy_integer_data(a.mask)[QUERIES + 1] = 0;
    expect_bad_data(&a, "attention0, row 1, position 0: all keys are masked");
    pmy_integer_data(a.mask)[QUERIES] = 1;
    forward(a.graph, PMY_EVAL);
    pmy_graph_free(a.graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_follow_the_definition),
        cmocka_unit_test(large_scores_stay_finite),
        cmocka_unit_test(side_by_side_or_apart),
        cmocka_unit_test(what_is_not_seen_does_not_matter),
        cmocka_unit_test(neither_threads_nor_other_examples_matter),
        cmocka_unit_test(wrong_shapes_are_refused),
        cmocka_unit_test(a_mask_of_reals_is_refused),
        cmocka_unit_test(bad_data_are_named_by_row_and_position),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
