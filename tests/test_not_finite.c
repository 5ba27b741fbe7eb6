/* Also in double. */
/* Numbers that are not finite: they reach the result, and the message says where they began. */
#include "running.h"

typedef struct model {
    pmy_graph *graph;
    pmy_node *x, *labels, *root;
} model;

static model new_model(bool squares)
{
    pmy_graph *g = new_graph(NULL);
    model m = {.graph = g, .x = pmy_input(g, PMY_SHAPE(6, 5))};
    pmy_node *h = pmy_relu(g, pmy_linear(g, m.x, 70, PMY_NONE));
    pmy_node *z = pmy_linear(g, h, 4, PMY_RELU);
    if (squares) {
        m.root = pmy_mse(g, z, pmy_input(g, PMY_SHAPE(6, 4)));
    } else {
        m.labels = pmy_labels(g, 6);
        m.root = pmy_softmax_xent(g, z, m.labels, NULL);
    }
    build(g, m.root);
    fill(m.x, 1, -1, 1);
    return m;
}

static void expect_message(const model *m, const char *message)
{
    pmy_error error = {0};
    assert_int_equal(pmy_forward(m->graph, PMY_TRAIN, &error), PMY_BAD_DATA);
    assert_int_equal(error.code, PMY_BAD_DATA);
    assert_string_equal(error.message, message);
}

static void a_nan_goes_through_relu_to_the_result(void **state)
{
    (void)state;
    model m = new_model(true);
    pmy_value(m.x).data[3 * 5 + 2] = (pmy_real)NAN;
    expect_message(&m,
                   "mse0, row 0: the result is NaN; the first number that is not finite is in input0, row 3");
    assert_true(pmy_is_nan(pmy_item(m.root)));
    pmy_graph_free(m.graph);
}

static void an_infinite_weight_is_found(void **state)
{
    (void)state;
    model m = new_model(true);
    pmy_value(pmy_find(m.graph, "linear0.weight")).data[69 * 5 + 4] = (pmy_real)INFINITY;
    fill(m.x, 1, -1, -0.5);
    pmy_value(m.x).data[4] = 0; /* 0 · inf */
    expect_message(&m, "mse0, row 0: the result is NaN; the first number that is not finite is in "
                       "linear0.weight, row 69");
    pmy_graph_free(m.graph);
}

static void a_loss_names_its_row_and_where_it_began(void **state)
{
    (void)state;
    model m = new_model(false);
    pmy_name(m.x, "pixels");
    pmy_value(m.x).data[4 * 5 + 1] = (pmy_real)NAN;
    expect_message(&m,
                   "softmax_xent0, row 4: a logit is NaN; the first number that is not finite is in pixels, "
                   "row 4");
    pmy_graph_free(m.graph);
}

static void a_softmax_names_its_row(void **state)
{
    (void)state;
    for (unsigned logarithm = 0; logarithm < 2; logarithm++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(3, 2, 4));
        model m = {.graph = g, .x = x, .root = logarithm ? pmy_log_softmax(g, x) : pmy_softmax(g, x)};
        build(g, m.root);
        fill(x, 1, -1, 1);
        pmy_value(x).data[3 * 4 + 2] = (pmy_real)INFINITY;
        expect_message(
            &m, logarithm
                    ? "log_softmax0, row 1, position 1: a logit is +inf; the first number that is not finite "
                      "is in input0, row 1"
                    : "softmax0, row 1, position 1: a logit is +inf; the first number that is not finite is "
                      "in input0, row 1");
        pmy_graph_free(g);
    }
}

/* A bad batch leaves nothing behind. */
static void a_good_batch_after_a_bad_one_is_fine(void **state)
{
    (void)state;
    model m = new_model(false), untouched = new_model(false);
    pmy_real good = pmy_value(m.x).data[7];
    pmy_value(m.x).data[7] = (pmy_real)NAN;
    assert_int_equal(pmy_forward(m.graph, PMY_TRAIN, NULL), PMY_BAD_DATA);
    pmy_value(m.x).data[7] = good;
    forward(m.graph, PMY_TRAIN);
    pmy_backward(m.graph);
    forward(untouched.graph, PMY_TRAIN);
    pmy_backward(untouched.graph);
    assert_true(pmy_item(m.root) == pmy_item(untouched.root));
    pmy_parameters a = pmy_graph_parameters(m.graph), b = pmy_graph_parameters(untouched.graph);
    assert_true(same_bits(a.gradients, b.gradients, a.size));
    pmy_graph_free(m.graph);
    pmy_graph_free(untouched.graph);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nan_goes_through_relu_to_the_result),
        cmocka_unit_test(an_infinite_weight_is_found),
        cmocka_unit_test(a_loss_names_its_row_and_where_it_began),
        cmocka_unit_test(a_softmax_names_its_row),
        cmocka_unit_test(a_good_batch_after_a_bad_one_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
