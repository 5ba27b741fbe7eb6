/* Also in double. */
/* Embedding: rows by tokens, bad tokens, tables that are shared, batches that shrink, threads. */
#include "running.h"

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-6 : 1e-14;

enum { BATCH = 6, TIME = 5, ENTRIES = 200, DIM = 37 };

typedef struct model {
    pmy_graph *graph;
    pmy_node *tokens, *table, *y, *weights;
} model;

/* Σ weights · y, so that dy is weights. */
static model new_model(pmy_pool *pool)
{
    model m = {.graph = new_graph(pool)};
    pmy_graph *g = m.graph;
    m.tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    m.weights = pmy_input(g, PMY_SHAPE(BATCH, TIME, DIM));
    m.y = pmy_embedding(g, m.tokens, ENTRIES, DIM);
    build(g, pmy_sum(g, pmy_mul(g, m.y, m.weights)));
    m.table = pmy_find(g, "embedding0.weight");
    assert_non_null(m.table);
    fill(m.weights, 3, -1, 1);
    /* Of entries 0 and 150 many, of the last one, of most none. */
    for (size_t t = 0; t < BATCH * TIME; t++)
        pmy_integer_data(m.tokens)[t] = t % 3 == 0 ? 0 : t % 3 == 1 ? 150 : (int32_t)(ENTRIES - 1 - t);
    return m;
}

static void expect_rows_and_gradient(const model *m, size_t batch)
{
    static double expected[ENTRIES * DIM];
    memset(expected, 0, sizeof expected);
    const int32_t *token = pmy_integer_data(m->tokens);
    for (size_t t = 0; t < batch * TIME; t++) {
        size_t row = (size_t)token[t] * DIM;
        assert_true(same_bits(pmy_value(m->y).data + t * DIM, pmy_value(m->table).data + row, DIM));
        for (size_t j = 0; j < DIM; j++)
            expected[row + j] += (double)pmy_value(m->weights).data[t * DIM + j];
    }
    for (size_t i = 0; i < ENTRIES * DIM; i++)
        expect_close("gradient", i, (double)pmy_gradient(m->table).data[i], expected[i], tolerance);
}

static void rows_and_gradients_of_any_batch(void **state)
{
    (void)state;
    model m = new_model(NULL);
    static const size_t batches[] = {BATCH, 2, 1, BATCH - 1};
    for (size_t b = 0; b < ROOM(batches); b++) {
        assert_int_equal(pmy_set_batch(m.graph, batches[b], NULL), PMY_OK);
        forward(m.graph, PMY_TRAIN);
        pmy_backward(m.graph);
        expect_rows_and_gradient(&m, batches[b]);
    }
    pmy_graph_free(m.graph);
}

static void the_table_starts_normal(void **state)
{
    (void)state;
    model m = new_model(NULL);
    double sum = 0, squares = 0, n = ENTRIES * DIM;
    for (size_t i = 0; i < ENTRIES * DIM; i++) {
        double x = (double)pmy_value(m.table).data[i];
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / n) < 4 / sqrt(n));
    assert_true(fabs(squares / n - 1) < 4 * sqrt(2 / n));
    pmy_graph_free(m.graph);
}

static void some_rows_are_looked_up_again(void **state)
{
    (void)state;
    model m = new_model(NULL);
    forward(m.graph, PMY_TRAIN);
    for (size_t t = 0; t < BATCH * TIME; t++)
        pmy_integer_data(m.tokens)[t] = 7;
    assert_int_equal(pmy_forward_rows(m.graph, 2, 3, NULL), PMY_OK);
    for (size_t t = 0; t < BATCH * TIME; t++)
        assert_true(same_bits(pmy_value(m.y).data + t * DIM, pmy_value(m.table).data + 7 * DIM, DIM) ==
                    (t / TIME >= 2 && t / TIME < 5));
    pmy_graph_free(m.graph);
}

static void a_token_that_is_no_entry_is_named(void **state)
{
    (void)state;
    static const struct {
        int32_t token;
        const char *text;
    } cases[] = {{ENTRIES, "embedding0, row 3, position 2: the token 200 is not in 0 … 199"},
                 {-1, "embedding0, row 3, position 2: the token -1 is not in 0 … 199"},
                 {INT32_MIN, "embedding0, row 3, position 2: the token -2147483648 is not"}};
    model m = new_model(NULL);
    for (size_t c = 0; c < ROOM(cases); c++) {
        pmy_error error;
        pmy_integer_data(m.tokens)[4 * TIME] = INT32_MAX; /* a later row */
        pmy_integer_data(m.tokens)[3 * TIME + 2] = cases[c].token;
        assert_int_equal(pmy_forward(m.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
        if (strncmp(error.message, cases[c].text, strlen(cases[c].text)) != 0)
            fail_msg("'%s'", error.message);
        pmy_backward(m.graph); /* touches nothing beyond its table */
    }
    pmy_graph_free(m.graph);
}

/* The same tokens in one axis, joined with the batch's. */
static void a_joined_batch_changes_no_bits(void **state)
{
    (void)state;
    model m = new_model(NULL);
    pmy_graph *g = new_graph(NULL);
    pmy_node *tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    pmy_node *y = pmy_embedding(g, pmy_reshape(g, tokens, PMY_SHAPE(BATCH * TIME)), ENTRIES, DIM);
    pmy_node *weights = pmy_input(g, PMY_SHAPE(BATCH, TIME * DIM));
    build(g, pmy_sum(g, pmy_mul(g, pmy_reshape(g, y, PMY_SHAPE(BATCH, TIME * DIM)), weights)));
    memcpy(pmy_integer_data(tokens), pmy_integer_data(m.tokens), BATCH * TIME * sizeof(int32_t));
    fill(weights, 3, -1, 1);
    for (size_t batch = BATCH; batch > 0; batch--) {
        assert_int_equal(pmy_set_batch(m.graph, batch, NULL), PMY_OK);
        assert_int_equal(pmy_set_batch(g, batch, NULL), PMY_OK);
        forward(m.graph, PMY_TRAIN);
        forward(g, PMY_TRAIN);
        pmy_backward(m.graph);
        pmy_backward(g);
        assert_true(same_bits(pmy_value(m.y).data, pmy_value(y).data, batch * TIME * DIM));
        assert_true(same_bits(pmy_gradient(m.table).data, pmy_gradient(pmy_find(g, "embedding0.weight")).data,
                              ENTRIES * DIM));
    }
    pmy_integer_data(tokens)[TIME + 3] = -1;
    pmy_error error;
    assert_int_equal(pmy_set_batch(g, 2, NULL), PMY_OK);
    assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_non_null(strstr(error.message, "row 1, position 3"));
    pmy_graph_free(m.graph);
    pmy_graph_free(g);
}

/* A language model's: the table's rows go in and its products are the logits. */
static void a_tied_table_gets_the_sum(void **state)
{
    (void)state;
    pmy_real *gradient[3]; /* of both uses, of the first alone, of the second alone */
    for (int fixed = 0; fixed < 3; fixed++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *tokens = pmy_integers(g, PMY_SHAPE(BATCH));
        pmy_node *table[2] = {pmy_parameter(g, PMY_SHAPE(7, 4), "table", PMY_UNIFORM, 1)};
        table[1] = fixed ? pmy_parameter(g, PMY_SHAPE(7, 4), "copy", PMY_ZEROS, 0) : table[0];
        pmy_node *h = pmy_tanh(g, pmy_embedding_with(g, tokens, table[0]));
        pmy_node *bias = pmy_parameter(g, PMY_SHAPE(7), "bias", PMY_ZEROS, 0);
        pmy_node *z = pmy_linear_with(g, h, table[1], bias, PMY_NONE);
        build(g, pmy_softmax_xent(g, z, pmy_labels(g, BATCH), NULL));
        memcpy(pmy_value(table[1]).data, pmy_value(table[0]).data, 28 * sizeof(pmy_real));
        for (size_t t = 0; t < BATCH; t++)
            pmy_integer_data(tokens)[t] = (int32_t)(t * t % 5);
        forward(g, PMY_TRAIN);
        pmy_backward(g);
        gradient[fixed] = malloc(28 * sizeof(pmy_real));
        assert_non_null(gradient[fixed]);
        memcpy(gradient[fixed], pmy_gradient(table[fixed == 2]).data, 28 * sizeof(pmy_real));
        pmy_graph_free(g);
    }
    for (size_t i = 0; i < 28; i++)
        expect_close("gradient", i, (double)gradient[0][i], (double)gradient[1][i] + (double)gradient[2][i],
                     tolerance);
    for (int which = 0; which < 3; which++)
        free(gradient[which]);
}

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    model first = new_model(NULL);
    forward(first.graph, PMY_TRAIN);
    pmy_backward(first.graph);
    for (unsigned threads = 1; threads <= 4; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        model m = new_model(pool);
        pmy_split_always(m.graph, true);
        forward(m.graph, PMY_TRAIN);
        pmy_backward(m.graph);
        assert_true(same_bits(pmy_gradient(m.table).data, pmy_gradient(first.table).data, ENTRIES * DIM));
        pmy_graph_free(m.graph);
        pmy_pool_free(pool);
    }
    pmy_graph_free(first.graph);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_and_gradients_of_any_batch),
        cmocka_unit_test(the_table_starts_normal),
        cmocka_unit_test(some_rows_are_looked_up_again),
        cmocka_unit_test(a_token_that_is_no_entry_is_named),
        cmocka_unit_test(a_joined_batch_changes_no_bits),
        cmocka_unit_test(a_tied_table_gets_the_sum),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
