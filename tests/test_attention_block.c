/* Also in double. */
/* A block of causal self-attention on sequences of tokens, in plain builder calls: its gradients, its bits,
 * what it does not see, and that it learns what only attention and positions tell. */
#include "running.h"

#include "gradcheck/gradcheck.h"

enum { BATCH = 4, TIME = 6, VOCABULARY = 5, DIM = 8, HEADS = 2 };

typedef struct model {
    pmy_graph *graph;
    pmy_node *tokens, *labels, *logits, *loss;
} model;

/* A small language model. The keys have no bias, which would move all scores of a query
 * alike, and so no share. */
static model new_model(pmy_pool *pool)
{
    pmy_graph *g = new_graph(pool);
    pmy_node *tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    pmy_node *labels = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    pmy_node *positions = pmy_parameter(g, PMY_SHAPE(TIME, DIM), "positions", PMY_NORMAL, 0.5);
    pmy_node *x = pmy_add(g, pmy_embedding(g, tokens, VOCABULARY, DIM), positions);
    pmy_node *h = pmy_layernorm(g, x, 1);
    pmy_node *q = pmy_linear(g, h, DIM, PMY_NONE);
    pmy_node *k = pmy_linear_nobias(g, h, DIM, PMY_NONE);
    pmy_node *v = pmy_linear(g, h, DIM, PMY_NONE);
    h = pmy_attention(g, q, k, v, &(pmy_attention_options){.heads = HEADS, .causal = true});
    x = pmy_add(g, x, pmy_linear(g, h, DIM, PMY_NONE));
    h = pmy_linear(g, pmy_layernorm(g, x, 1), 4 * DIM, PMY_GELU);
    x = pmy_add(g, x, pmy_linear(g, h, DIM, PMY_NONE));
    pmy_node *logits = pmy_linear(g, pmy_layernorm(g, x, 1), VOCABULARY, PMY_NONE);
    pmy_node *loss = pmy_softmax_xent(g, logits, labels, NULL);
    build(g, loss);
    return (model){g, tokens, labels, logits, loss};
}

/* Random sequences; what is asked for at each position is the token before, and first the token itself. */
static void fill_sequences(const model *m, uint64_t seed)
{
    fill_labels(m->tokens, seed, VOCABULARY);
    const int32_t *tokens = pmy_integer_data(m->tokens);
    for (size_t i = 0; i < pmy_batch(m->graph) * TIME; i++)
        pmy_integer_data(m->labels)[i] = tokens[i % TIME ? i - 1 : i];
}

static void gradients_are_right_in_every_batch(void **state)
{
    (void)state;
    /* In float, round-off may hide what differences would tell. */
    const pmy_verdict unsure = sizeof(pmy_real) == 4 ? PMY_NOISE : PMY_PASS;
    model m = new_model(NULL);
    fill_sequences(&m, 1);
    for (size_t batch = BATCH; batch > 0; batch--) {
        pmy_gradcheck_result result;
        pmy_error error = {0};
        assert_int_equal(pmy_set_batch(m.graph, batch, &error), PMY_OK);
        if (pmy_gradcheck(m.graph, NULL, &result, &error) != PMY_OK)
            fail_msg("%s", error.message);
        for (size_t i = 0; i < result.count; i++)
            if (result.check[i].verdict != PMY_PASS && result.check[i].verdict != unsure)
                fail_msg("batch %zu, %s: %s", batch, result.check[i].input,
                         pmy_verdict_text(result.check[i].verdict));
        assert_int_equal(result.count, pmy_graph_parameters(m.graph).count);
        pmy_gradcheck_free(&result);
    }
    pmy_graph_free(m.graph);
}

/* Some steps, every second one with a smaller batch: the last loss. */
static pmy_real descend(const model *m, size_t steps)
{
    pmy_optim *optim = NULL;
    pmy_error error = {0};
    if (pmy_optim_new(pmy_optim_find("adam"), NULL, m->graph, &optim, &error) != PMY_OK)
        fail_msg("%s", error.message);
    for (size_t step = 0; step < steps; step++) {
        assert_int_equal(pmy_set_batch(m->graph, step % 2 ? BATCH - 1 : BATCH, &error), PMY_OK);
        fill_sequences(m, step);
        forward(m->graph, PMY_TRAIN);
        pmy_backward(m->graph);
        pmy_optim_step(optim, 0.01);
    }
    pmy_optim_free(optim);
    return pmy_item(m->loss);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    model one = new_model(NULL);
    descend(&one, 5);
    pmy_parameters expected = pmy_graph_parameters(one.graph);
    for (unsigned threads = 2; threads <= 3; threads++) {
        pmy_pool *pool = NULL;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        model more = new_model(pool);
        pmy_split_always(more.graph, true);
        descend(&more, 5);
        assert_true(same_bits(pmy_graph_parameters(more.graph).values, expected.values, expected.size));
        pmy_graph_free(more.graph);
        pmy_pool_free(pool);
    }
    pmy_graph_free(one.graph);
}

static void no_position_sees_a_later_one(void **state)
{
    (void)state;
    model m = new_model(NULL);
    fill_sequences(&m, 1);
    forward(m.graph, PMY_EVAL);
    pmy_real before[TIME * VOCABULARY];
    const pmy_real *logits = pmy_value(m.logits).data;
    memcpy(before, logits, sizeof before);
    int32_t *token = &pmy_integer_data(m.tokens)[TIME - 2];
    *token = (*token + 1) % VOCABULARY;
    forward(m.graph, PMY_EVAL);
    enum { EARLIER = (TIME - 2) * VOCABULARY };
    assert_true(same_bits(logits, before, EARLIER));
    assert_false(same_bits(logits + EARLIER, before + EARLIER, VOCABULARY));
    assert_false(same_bits(logits + EARLIER + VOCABULARY, before + EARLIER + VOCABULARY, VOCABULARY));
    pmy_graph_free(m.graph);
}

static void it_learns_to_look_back(void **state)
{
    (void)state;
    model m = new_model(NULL);
    assert_true(descend(&m, 1) > PMY_R(1.2)); /* of log 5 = 1.6 for a guess */
    assert_true(descend(&m, 400) < PMY_R(0.2));
    pmy_graph_free(m.graph);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_right_in_every_batch),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(no_position_sees_a_later_one),
        cmocka_unit_test(it_learns_to_look_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
