/* Also in double. */
/* Gradients added up over several batches, parameters held fixed, and a parameter that two layers share. */
#include "running.h"

enum { MOST = 13, IN = 5, HIDDEN = 4, CLASSES = 3, IGNORED = 1 };

typedef struct model {
    pmy_graph *graph;
    pmy_node *x, *labels, *loss;
} model;

/* The hidden layer's weight [HIDDEN, HIDDEN] is used twice. */
static model new_model(pmy_pool *pool, bool fixes)
{
    model m = {.graph = new_graph(pool)};
    pmy_graph *g = m.graph;
    m.x = pmy_input(g, PMY_SHAPE(MOST, IN));
    m.labels = pmy_integers(g, PMY_SHAPE(MOST));
    pmy_node *h = pmy_linear(g, m.x, HIDDEN, PMY_TANH);
    pmy_node *weight = pmy_parameter(g, PMY_SHAPE(HIDDEN, HIDDEN), "tied", PMY_NORMAL, 0.7);
    pmy_node *bias = pmy_parameter(g, PMY_SHAPE(HIDDEN), "bias", PMY_ONES, 0);
    h = pmy_linear_with(g, h, weight, bias, PMY_SIGMOID);
    h = pmy_linear_with(g, h, weight, bias, PMY_GELU);
    if (fixes)
        pmy_fix(bias);
    pmy_softmax_xent_options options = {.ignores = true, .ignored = IGNORED};
    m.loss = pmy_softmax_xent(g, pmy_linear(g, h, CLASSES, PMY_NONE), m.labels, &options);
    build(g, m.loss);
    return m;
}

static double input_of(size_t row, size_t column)
{
    return sin((double)(3 * row + 7 * column + 1));
}

/* Rows first … first + count − 1 of the data. */
static void feed(const model *m, size_t first, size_t count)
{
    assert_int_equal(pmy_set_batch(m->graph, count, NULL), PMY_OK);
    for (size_t r = 0; r < count; r++) {
        for (size_t c = 0; c < IN; c++)
            pmy_value(m->x).data[r * IN + c] = (pmy_real)input_of(first + r, c);
        pmy_integer_data(m->labels)[r] = (int32_t)((first + r) * (first + r) % CLASSES);
    }
    forward(m->graph, PMY_TRAIN);
}

static void batches_add_up_to_one_large_one(void **state)
{
    (void)state;
    static const size_t sizes[] = {4, 7, 2};
    model whole = new_model(NULL, false), parts = new_model(NULL, false);
    feed(&whole, 0, MOST);
    pmy_backward(whole.graph);
    pmy_parameters expected = pmy_graph_parameters(whole.graph), got = pmy_graph_parameters(parts.graph);
    for (int times = 0; times < 2; times++) { /* the second begins anew */
        double before = 0;
        for (size_t b = 0, first = 0; b < ROOM(sizes); first += sizes[b++]) {
            feed(&parts, first, sizes[b]);
            double now = (double)pmy_softmax_xent_counted(parts.loss);
            assert_true(now < (double)sizes[b]);
            if (b == 0)
                pmy_backward(parts.graph);
            else
                pmy_backward_add(parts.graph, before / (before + now), now / (before + now));
            before += now;
        }
        assert_true(before == (double)pmy_softmax_xent_counted(whole.loss));
        for (size_t i = 0; i < expected.size; i++)
            expect_close("gradient", i, (double)got.gradients[i], (double)expected.gradients[i],
                         sizeof(pmy_real) == sizeof(float) ? 1e-7 : 1e-15);
    }
    pmy_graph_free(whole.graph);
    pmy_graph_free(parts.graph);
}

static void a_batch_without_a_row_that_counts_adds_nothing(void **state)
{
    (void)state;
    model m = new_model(NULL, false);
    pmy_parameters all = pmy_graph_parameters(m.graph);
    feed(&m, 0, 4);
    pmy_backward(m.graph);
    pmy_real *before = malloc(all.size * sizeof *before);
    assert_non_null(before);
    memcpy(before, all.gradients, all.size * sizeof *before);
    for (size_t r = 0; r < 4; r++)
        pmy_integer_data(m.labels)[r] = IGNORED;
    forward(m.graph, PMY_TRAIN);
    assert_true(pmy_softmax_xent_counted(m.loss) == 0);
    pmy_backward_add(m.graph, 1, 0);
    assert_true(same_bits(all.gradients, before, all.size));
    free(before);
    pmy_graph_free(m.graph);
}

/* The parts of the two users of a tied parameter, from a model in which each has a copy of its own. */
static void a_tied_parameter_gets_the_sum(void **state)
{
    (void)state;
    model tied = new_model(NULL, false);
    pmy_graph *g = new_graph(NULL);
    pmy_node *x = pmy_input(g, PMY_SHAPE(MOST, IN)), *labels = pmy_integers(g, PMY_SHAPE(MOST));
    pmy_node *h = pmy_linear(g, x, HIDDEN, PMY_TANH), *weight[2];
    for (size_t i = 0; i < 2; i++) {
        weight[i] = pmy_parameter(g, PMY_SHAPE(HIDDEN, HIDDEN), i ? "second" : "first", PMY_ZEROS, 0);
        pmy_node *bias = pmy_parameter(g, PMY_SHAPE(HIDDEN), i ? "bias 2" : "bias 1", PMY_ONES, 0);
        h = pmy_linear_with(g, h, weight[i], bias, i ? PMY_GELU : PMY_SIGMOID);
    }
    pmy_softmax_xent_options options = {.ignores = true, .ignored = IGNORED};
    model apart = {g, x, labels, pmy_softmax_xent(g, pmy_linear(g, h, CLASSES, PMY_NONE), labels, &options)};
    build(g, apart.loss);
    pmy_tensor shared = pmy_value(pmy_find(tied.graph, "tied"));
    static const char *const same[] = {"linear0.weight", "linear0.bias"};
    for (size_t i = 0; i < ROOM(same); i++)
        memcpy(pmy_value(pmy_find(g, same[i])).data, pmy_value(pmy_find(tied.graph, same[i])).data,
               pmy_shape_size(pmy_node_shape(pmy_find(g, same[i]))) * sizeof(pmy_real));
    memcpy(pmy_value(pmy_find(g, "linear3.weight")).data,
           pmy_value(pmy_find(tied.graph, "linear3.weight")).data, CLASSES * HIDDEN * sizeof(pmy_real));
    memcpy(pmy_value(pmy_find(g, "linear3.bias")).data, pmy_value(pmy_find(tied.graph, "linear3.bias")).data,
           CLASSES * sizeof(pmy_real));
    for (size_t i = 0; i < 2; i++)
        memcpy(pmy_value(weight[i]).data, shared.data, HIDDEN * HIDDEN * sizeof(pmy_real));
    feed(&tied, 0, MOST);
    feed(&apart, 0, MOST);
    assert_true(pmy_item(tied.loss) == pmy_item(apart.loss));
    pmy_backward(tied.graph);
    pmy_backward(apart.graph);
    const pmy_real *first = pmy_gradient(weight[0]).data, *second = pmy_gradient(weight[1]).data;
    for (size_t i = 0; i < HIDDEN * HIDDEN; i++)
        expect_close("gradient", i, (double)pmy_gradient(pmy_find(tied.graph, "tied")).data[i],
                     (double)first[i] + (double)second[i], sizeof(pmy_real) == sizeof(float) ? 1e-7 : 1e-15);
    assert_int_equal(pmy_graph_parameters(tied.graph).count, 6); /* each once */
    pmy_graph_free(tied.graph);
    pmy_graph_free(g);
}

static void a_fixed_parameter_stays_what_it_is(void **state)
{
    (void)state;
    model fixed = new_model(NULL, true), learned = new_model(NULL, false);
    pmy_node *bias = pmy_find(fixed.graph, "bias");
    pmy_parameters all = pmy_graph_parameters(fixed.graph);
    assert_int_equal(all.count, pmy_graph_parameters(learned.graph).count);
    assert_int_equal(all.size + 16, pmy_graph_parameters(learned.graph).size);
    assert_null(pmy_gradient(bias).data);
    pmy_optim *optim;
    pmy_average *average;
    pmy_error error;
    pmy_optim_options decay = pmy_optim_adamw.defaults;
    decay.weight_decay = 0.1;
    assert_int_equal(pmy_optim_new(&pmy_optim_adamw, &decay, fixed.graph, &optim, &error), PMY_OK);
    assert_int_equal(pmy_average_new(0.9, fixed.graph, &average, &error), PMY_OK);
    pmy_real weight = pmy_value(pmy_find(fixed.graph, "tied")).data[0];
    for (size_t step = 0; step < 5; step++) {
        feed(&fixed, 0, MOST);
        pmy_backward(fixed.graph);
        pmy_optim_step(optim, 0.1);
        pmy_average_step(average);
    }
    pmy_average_swap(average);
    assert_true(pmy_value(pmy_find(fixed.graph, "tied")).data[0] != weight);
    for (size_t i = 0; i < HIDDEN; i++)
        assert_true(pmy_value(bias).data[i] == 1);
    pmy_average_free(average);
    pmy_optim_free(optim);
    pmy_graph_free(fixed.graph);
    pmy_graph_free(learned.graph);
}

/* The others' gradients have the same bits, and nothing is computed for what lies below fixed ones alone. */
static void fixing_changes_no_other_gradient(void **state)
{
    (void)state;
    model fixed = new_model(NULL, true), learned = new_model(NULL, false);
    feed(&fixed, 0, MOST);
    feed(&learned, 0, MOST);
    pmy_backward(fixed.graph);
    pmy_backward(learned.graph);
    for (size_t p = 0; p < pmy_graph_parameters(fixed.graph).count; p++) {
        pmy_tensor of = pmy_gradient(pmy_parameter_at(fixed.graph, p));
        if (of.data)
            assert_true(same_bits(of.data, pmy_gradient(pmy_parameter_at(learned.graph, p)).data,
                                  pmy_shape_size(of.shape)));
    }
    pmy_graph_free(fixed.graph);
    pmy_graph_free(learned.graph);
    pmy_graph *g = new_graph(NULL);
    pmy_node *h = pmy_linear(g, pmy_input(g, PMY_SHAPE(2, 3)), 4, PMY_NONE);
    pmy_fix(pmy_find(g, "linear0.weight"));
    pmy_fix(pmy_find(g, "linear0.bias"));
    build(g, pmy_sum(g, pmy_linear(g, h, 2, PMY_NONE)));
    assert_null(pmy_gradient(h).data);
    pmy_graph_free(g);
}

/* What is not kept need not be a number. */
static void nothing_is_kept_of_a_bad_step(void **state)
{
    (void)state;
    model m = new_model(NULL, false), good = new_model(NULL, false);
    pmy_parameters all = pmy_graph_parameters(m.graph), expected = pmy_graph_parameters(good.graph);
    all.gradients[0] = (pmy_real)NAN;
    all.gradients[1] = (pmy_real)INFINITY;
    feed(&m, 0, MOST);
    feed(&good, 0, MOST);
    pmy_backward_add(m.graph, 0, 1);
    pmy_backward(good.graph);
    for (size_t i = 0; i < all.size; i++)
        expect_close("gradient", i, (double)all.gradients[i], (double)expected.gradients[i],
                     sizeof(pmy_real) == sizeof(float) ? 1e-7 : 1e-15);
    pmy_graph_free(m.graph);
    pmy_graph_free(good.graph);
}

/* As one does where two layers share it. */
static void a_parameter_may_be_fixed_twice(void **state)
{
    (void)state;
    pmy_graph *g = new_graph(NULL);
    pmy_node *w = pmy_parameter(g, PMY_SHAPE(3), "w", PMY_ONES, 0);
    pmy_fix(w);
    pmy_fix(w);
    build(g, pmy_sum(g, w));
    assert_null(pmy_gradient(w).data);
    pmy_graph_free(g);
}

static void only_parameters_are_fixed_and_in_time(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        pmy_graph *g = new_graph(NULL);
        pmy_error error;
        pmy_node *w = pmy_parameter(g, PMY_SHAPE(3), "w", PMY_ONES, 0), *root = pmy_sum(g, w);
        if (late) {
            build(g, root);
            pmy_fix(w);
            assert_int_equal(pmy_forward(g, PMY_TRAIN, &error), PMY_BAD_ARGUMENT);
        } else {
            pmy_fix(root);
            assert_int_equal(pmy_build(g, root, &error), PMY_BAD_ARGUMENT);
        }
        assert_non_null(strstr(error.message, "only a parameter can be held fixed"));
        pmy_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_add_up_to_one_large_one),
        cmocka_unit_test(a_batch_without_a_row_that_counts_adds_nothing),
        cmocka_unit_test(a_tied_parameter_gets_the_sum),
        cmocka_unit_test(a_fixed_parameter_stays_what_it_is),
        cmocka_unit_test(fixing_changes_no_other_gradient),
        cmocka_unit_test(nothing_is_kept_of_a_bad_step),
        cmocka_unit_test(a_parameter_may_be_fixed_twice),
        cmocka_unit_test(only_parameters_are_fixed_and_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
