/* The batch's axis joined with others and split again: partial batches, forwards of some rows, bad rows. */
#include "running.h"

enum { BATCH = 4, TIME = 3, D = 2, OUT = 5 };

typedef struct model {
    pmy_graph *graph;
    pmy_node *x, *joined, *y;
} model;

/* [rows, out] to [rows, out], through the ops that go along an axis. */
static pmy_node *go_along_axes(pmy_graph *g, pmy_node *y)
{
    y = pmy_concat(g, 2, (pmy_node *[]){pmy_slice(g, y, 1, 2, OUT), pmy_slice(g, y, 1, 0, 2)}, 1);
    pmy_shape shape = pmy_node_shape(y);
    shape.dim[2] = 1;
    y = pmy_transpose(g, pmy_reshape(g, y, shape), 1, 2);
    return pmy_max(g, pmy_concat(g, 2, (pmy_node *[]){y, pmy_scale(g, y, 0.5)}, 1), 1);
}

/* x [batch, time, d], joined to [batch·time, d], through a layer, split to [batch, time, out] or left joined.
 */
static model new_model(pmy_pool *pool, bool joins, bool splits)
{
    model m = {.graph = new_graph(pool)};
    pmy_graph *g = m.graph;
    m.x = joins ? pmy_input(g, PMY_SHAPE(BATCH, TIME, D)) : pmy_input(g, PMY_SHAPE(BATCH * TIME, D));
    pmy_want_gradient(m.x);
    m.joined = joins ? pmy_reshape(g, m.x, PMY_SHAPE(BATCH * TIME, D)) : m.x;
    m.y = pmy_softmax(g, pmy_linear(g, m.joined, OUT, PMY_TANH));
    m.y = go_along_axes(g, m.y);
    if (splits)
        m.y = pmy_reshape(g, m.y, PMY_SHAPE(BATCH, TIME, OUT));
    build(g, pmy_sum(g, pmy_mul(g, m.y, m.y)));
    fill(m.x, 3, -1, 1);
    return m;
}

static void joining_changes_no_bits(void **state)
{
    (void)state;
    model plain = new_model(NULL, false, false);
    for (int splits = 0; splits < 2; splits++)
        for (size_t batch = 1; batch <= BATCH; batch++) {
            model m = new_model(NULL, true, splits);
            assert_int_equal(pmy_set_batch(m.graph, batch, NULL), PMY_OK);
            assert_int_equal(pmy_set_batch(plain.graph, batch * TIME, NULL), PMY_OK);
            assert_int_equal(pmy_node_shape(m.joined).dim[0], batch * TIME);
            assert_int_equal(pmy_node_shape(m.y).dim[0], splits ? batch : batch * TIME);
            pmy_split_always(m.graph, true);
            forward(m.graph, PMY_TRAIN);
            forward(plain.graph, PMY_TRAIN);
            pmy_backward(m.graph);
            pmy_backward(plain.graph);
            assert_true(same_bits(pmy_value(m.y).data, pmy_value(plain.y).data, batch * TIME * OUT));
            assert_true(same_bits(pmy_gradient(m.x).data, pmy_gradient(plain.x).data, batch * TIME * D));
            pmy_graph_free(m.graph);
        }
    pmy_graph_free(plain.graph);
}

static void some_rows_are_whole_examples(void **state)
{
    (void)state;
    model m = new_model(NULL, true, false);
    forward(m.graph, PMY_TRAIN);
    pmy_real before[BATCH * TIME * OUT];
    memcpy(before, pmy_value(m.y).data, sizeof before);
    for (size_t i = 0; i < BATCH * TIME * D; i++)
        pmy_value(m.x).data[i] += (pmy_real)0.25;
    assert_int_equal(pmy_forward_rows(m.graph, 1, 2, NULL), PMY_OK);
    for (size_t i = 0; i < BATCH * TIME * OUT; i++) {
        bool again = i / (TIME * OUT) == 1 || i / (TIME * OUT) == 2;
        assert_true((pmy_value(m.y).data[i] != before[i]) == again);
    }
    pmy_graph_free(m.graph);
}

/* x [batch, d] over the sum of all of it: one row moves the others. */
static void some_rows_move_all_that_read_a_sum_of_the_batch(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, D));
    pmy_node *y = pmy_div(g, x, pmy_scale(g, pmy_sum(g, x), 2));
    build(g, y);
    fill(x, 3, 1, 2);
    forward(g, PMY_TRAIN);
    pmy_value(x).data[D] += 1;
    assert_int_equal(pmy_forward_rows(g, 1, 1, NULL), PMY_OK);
    pmy_real some[BATCH * D];
    memcpy(some, pmy_value(y).data, sizeof some);
    forward(g, PMY_REPLAY);
    assert_true(same_bits(some, pmy_value(y).data, BATCH * D));
    pmy_graph_free(g);
}

static void a_bad_row_is_named_by_its_example(void **state)
{
    (void)state;
    for (int joins = 0; joins < 2; joins++) {
        model m = new_model(NULL, joins, false);
        pmy_error error;
        pmy_value(m.x).data[(2 * TIME + 1) * D] = (pmy_real)NAN;
        assert_int_equal(pmy_forward(m.graph, PMY_TRAIN, &error), PMY_BAD_DATA);
        const char *where = joins ? "softmax0, row 2, position 1: " : "softmax0, row 7: ";
        const char *origin = joins ? "is in input0, row 2" : "is in input0, row 7";
        if (strncmp(error.message, where, strlen(where)) != 0 || !strstr(error.message, origin))
            fail_msg("'%s'", error.message);
        pmy_graph_free(m.graph);
    }
}

static void no_example_is_torn_apart(void **state)
{
    (void)state;
    static const pmy_shape wrong[] = {{{6, 4}}, {{2, 12}}, {{3, 8}}, {{1, 24}}};
    for (size_t i = 0; i < ROOM(wrong); i++) {
        pmy_graph *g = new_graph(NULL);
        pmy_error error;
        pmy_node *x = pmy_input(g, PMY_SHAPE(BATCH, TIME, D));
        assert_int_equal(pmy_build(g, pmy_sum(g, pmy_reshape(g, x, wrong[i])), &error), PMY_BAD_SHAPE);
        assert_non_null(strstr(error.message, "tear examples of a batch of 4 apart"));
        pmy_graph_free(g);
    }
}

static void integers_are_joined_too(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *tokens = pmy_integers(g, PMY_SHAPE(BATCH, TIME));
    pmy_node *labels = pmy_reshape(g, tokens, PMY_SHAPE(BATCH * TIME));
    pmy_node *z = pmy_reshape(g, pmy_input(g, PMY_SHAPE(BATCH, TIME, OUT)), PMY_SHAPE(BATCH * TIME, OUT));
    pmy_node *loss = pmy_softmax_xent(g, z, labels, NULL);
    build(g, loss);
    assert_int_equal(pmy_node_type(labels), PMY_INTEGERS);
    assert_ptr_equal(pmy_integer_data(labels), pmy_integer_data(tokens));
    assert_null(pmy_value(tokens).data);
    assert_int_equal(pmy_set_batch(g, 2, NULL), PMY_OK);
    forward(g, PMY_TRAIN);
    expect_close("loss", 0, (double)pmy_item(loss), log(OUT), 1e-6);
    pmy_integer_data(tokens)[TIME + 1] = OUT;
    pmy_error error;
    assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_non_null(strstr(error.message, "row 1, position 1: the label 5"));
    pmy_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining_changes_no_bits),
        cmocka_unit_test(some_rows_are_whole_examples),
        cmocka_unit_test(some_rows_move_all_that_read_a_sum_of_the_batch),
        cmocka_unit_test(a_bad_row_is_named_by_its_example),
        cmocka_unit_test(no_example_is_torn_apart),
        cmocka_unit_test(integers_are_joined_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
