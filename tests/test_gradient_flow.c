/* Also in double. */
/* Which gradients a backward pass computes, and that it adds them up where a node is used twice. */
#include "running.h"

static void expect_all(const char *what, pmy_tensor t, double expected)
{
    assert_non_null(t.data);
    for (size_t i = 0; i < pmy_shape_size(t.shape); i++)
        expect_close(what, i, (double)t.data[i], expected, 1e-6);
}

static void only_wanted_gradients_are_computed(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(3, 4)), *wanted = pmy_input(g, PMY_SHAPE(3, 4));
    pmy_node *aside = pmy_parameter(g, PMY_SHAPE(4), "aside", PMY_ONES, 0);
    pmy_node *unused = pmy_constant(g, PMY_SHAPE(4));
    pmy_want_gradient(wanted);
    pmy_want_gradient(unused);
    pmy_node *of_x = pmy_scale(g, x, 3), *of_wanted = pmy_scale(g, wanted, 3);
    pmy_node *beside = pmy_relu(g, aside);
    pmy_node *root = pmy_sum(g, pmy_add(g, of_x, of_wanted));
    pmy_node *above = pmy_scale(g, root, 2);
    build(g, root);
    assert_null(pmy_gradient(x).data);
    assert_null(pmy_gradient(of_x).data);
    assert_null(pmy_gradient(unused).data);
    assert_null(pmy_gradient(beside).data);
    assert_null(pmy_gradient(above).data);
    fill(x, 1, -1, 1);
    fill(wanted, 2, -1, 1);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    expect_all("dy", pmy_gradient(of_wanted), 1);
    expect_all("dx", pmy_gradient(wanted), 3);
    expect_all("a parameter that the root does not depend on", pmy_gradient(aside), 0);
    pmy_graph_free(g);
}

static void gradients_are_asked_for_in_time(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(3, 4));
    build(g, pmy_sum(g, x));
    pmy_error error;
    pmy_want_gradient(x);
    assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "before pmy_build"));
    pmy_graph_free(g);
}

static void nothing_to_learn_is_no_error(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *root = pmy_sum(g, pmy_relu(g, pmy_input(g, PMY_SHAPE(3, 4))));
    build(g, root);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    assert_null(pmy_gradient(root).data);
    assert_int_equal(pmy_graph_parameters(g).count, 0);
    assert_int_equal(pmy_graph_parameters(g).size, 0);
    pmy_graph_free(g);
}

/* The shares of a cross-entropy get no gradient, and so nothing below them does. */
static void nothing_flows_into_the_shares(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *z = pmy_input(g, PMY_SHAPE(3, 4)), *teacher = pmy_parameter(g, PMY_SHAPE(4), "t", PMY_ONES, 0);
    pmy_want_gradient(z);
    pmy_node *moved = pmy_add(g, z, teacher), *shares = pmy_softmax(g, moved);
    build(g, pmy_softmax_xent(g, z, shares, NULL));
    assert_null(pmy_gradient(shares).data);
    assert_null(pmy_gradient(moved).data);
    fill(z, 1, -2, 2);
    forward(g, PMY_TRAIN);
    pmy_backward(g);
    expect_all("the teacher's", pmy_gradient(teacher), 0);
    /* p − p, the mean over three rows: a row's softmax moves by nothing when 1 is added everywhere. */
    expect_all("the student's", pmy_gradient(z), 0);
    pmy_graph_free(g);
}

/* s = Σ (x·x + 3x + x), with x used by several nodes and twice by one. */
static void uses_of_a_node_add_up(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(5, 3)), *y;
    pmy_want_gradient(x);
    y = pmy_add(g, pmy_mul(g, x, x), pmy_scale(g, x, 3));
    pmy_node *root = pmy_sum(g, pmy_add(g, y, x));
    build(g, root);
    for (unsigned step = 0; step < 3; step++) {
        fill(x, step, -1, 1);
        forward(g, PMY_TRAIN);
        /* A second backward pass gives the same gradient, not twice it. */
        for (unsigned time = 0; time < 2; time++) {
            pmy_backward(g);
            for (size_t i = 0; i < 15; i++)
                expect_close("dx", i, (double)pmy_gradient(x).data[i], 2 * (double)pmy_value(x).data[i] + 4,
                             1e-5);
        }
    }
    pmy_graph_free(g);
}

/* One weight in two layers, and a loss's logits that something else uses too. */
static void shared_weights_add_up(void **state)
{
    (void)state;
    double together[16], apart[16] = {0};
    for (unsigned layers = 0; layers < 3; layers++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *x = pmy_input(g, PMY_SHAPE(6, 4)), *labels = pmy_labels(g, 6);
        pmy_node *weight[2], *bias = pmy_constant(g, PMY_SHAPE(4));
        weight[0] = pmy_parameter(g, PMY_SHAPE(4, 4), "w", PMY_UNIFORM, 0.5);
        weight[1] = layers == 0 ? weight[0] : pmy_parameter(g, PMY_SHAPE(4, 4), "v", PMY_UNIFORM, 0.5);
        pmy_node *h = pmy_linear_with(g, x, weight[0], bias, PMY_TANH);
        pmy_node *z = pmy_linear_with(g, h, weight[1], bias, PMY_NONE);
        pmy_node *root = pmy_add(g, pmy_softmax_xent(g, z, labels, NULL), pmy_mean(g, z));
        build(g, root);
        fill(x, 1, -1, 1);
        fill(weight[0], 2, -1, 1);
        fill(weight[1], 2, -1, 1);
        fill_labels(labels, 3, 4);
        forward(g, PMY_TRAIN);
        pmy_backward(g);
        for (size_t i = 0; i < 16; i++) {
            if (layers == 0)
                together[i] = (double)pmy_gradient(weight[0]).data[i];
            else
                apart[i] += (double)pmy_gradient(weight[layers - 1]).data[i];
        }
        pmy_graph_free(g);
    }
    for (size_t i = 0; i < 16; i++)
        expect_close("dw", i, together[i], apart[i], 1e-6);
}

static void a_seed_weighs_a_root_of_any_shape(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(4, 3));
    pmy_want_gradient(x);
    pmy_node *root = pmy_tanh(g, pmy_scale(g, x, 2));
    build(g, root);
    fill(x, 1, -1, 1);
    for (unsigned time = 0; time < 2; time++) {
        pmy_real seed[12];
        for (size_t i = 0; i < 12; i++)
            seed[i] = (pmy_real)i - 3 * (pmy_real)time;
        forward(g, PMY_TRAIN);
        pmy_backward_from(g, seed);
        for (size_t i = 0; i < 12; i++) {
            double y = tanh(2 * (double)pmy_value(x).data[i]);
            expect_close("dx", i, (double)pmy_gradient(x).data[i], (double)seed[i] * 2 * (1 - y * y), 1e-5);
        }
    }
    pmy_graph_free(g);
}

/* The loss writes the logits' gradient in forward only where it is the root; below a scale it must not. */
static void a_loss_below_the_root_is_scaled(void **state)
{
    (void)state;
    double gradient[2][20];
    for (unsigned scaled = 0; scaled < 2; scaled++) {
        pmy_graph *g = new_graph(NULL);
        pmy_node *z = pmy_input(g, PMY_SHAPE(5, 4)), *labels = pmy_labels(g, 5);
        pmy_want_gradient(z);
        pmy_node *root = pmy_softmax_xent(g, z, labels, NULL);
        build(g, scaled ? pmy_scale(g, root, -3) : root);
        fill(z, 1, -2, 2);
        fill_labels(labels, 2, 4);
        forward(g, PMY_TRAIN);
        pmy_backward(g);
        for (size_t i = 0; i < 20; i++)
            gradient[scaled][i] = (double)pmy_gradient(z).data[i];
        pmy_graph_free(g);
    }
    for (size_t i = 0; i < 20; i++)
        expect_close("dz", i, gradient[1][i], -3 * gradient[0][i], 1e-6);
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_wanted_gradients_are_computed),
        cmocka_unit_test(gradients_are_asked_for_in_time),
        cmocka_unit_test(nothing_to_learn_is_no_error),
        cmocka_unit_test(nothing_flows_into_the_shares),
        cmocka_unit_test(uses_of_a_node_add_up),
        cmocka_unit_test(shared_weights_add_up),
        cmocka_unit_test(a_seed_weighs_a_root_of_any_shape),
        cmocka_unit_test(a_loss_below_the_root_is_scaled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
