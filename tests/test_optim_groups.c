/* What an optimizer knows of tensors: groups with a rate and a weight decay of their own, and kinds that take
 * whole tensors. */
#include "optim/optim.h"

#include "allocations.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "optim_problem.h"

/* Of one group and in turns, smaller than a piece of work and larger, ending with it and within it. */
static const extent extents[] = {{3, true},     {5, false},    {16, false},   {8152, false}, {8192, false},
                                 {40000, true}, {1, true},     {8191, false}, {1, true},     {2, false},
                                 {6, false},    {20000, true}, {33, true}};
enum { TENSORS = sizeof extents / sizeof *extents, STEPS = 3 };

static const pmy_optim_kind *const kinds[] = {&pmy_optim_sgd, &pmy_optim_sgd, &pmy_optim_adam,
                                              &pmy_optim_adamw};
enum { KINDS = sizeof kinds / sizeof *kinds };

static pmy_optim *optim_of(size_t kind, double weight_decay, pmy_graph *graph)
{
    pmy_optim_options options = kinds[kind]->defaults;
    options.weight_decay = weight_decay;
    options.momentum = kind == 1 ? 0.9 : 0;
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(kinds[kind], &options, graph, &optim, NULL), PMY_OK);
    return optim;
}

/* A graph that was moved by one group's numbers alone. */
static pmy_graph *moved_alone(size_t kind, double rate, double weight_decay)
{
    pmy_graph *graph = graph_of(TENSORS, extents, NULL);
    pmy_optim *optim = optim_of(kind, weight_decay, graph);
    for (int step = 0; step < STEPS; step++)
        pmy_optim_step(optim, rate);
    pmy_optim_free(optim);
    return graph;
}

static void expect_group(const pmy_graph *graph, const pmy_graph *alone, bool matrix)
{
    for (size_t t = 0; t < TENSORS; t++)
        if (extents[t].matrix == matrix)
            assert_memory_equal(pmy_value(pmy_parameter_at(graph, t)).data,
                                pmy_value(pmy_parameter_at(alone, t)).data,
                                extents[t].size * sizeof(pmy_real));
}

static void a_group_moves_as_if_alone(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        pmy_graph *matrices = moved_alone(kind, 0.01, 0.25), *vectors = moved_alone(kind, 0.02, 0.125);
        for (unsigned threads = 1; threads <= 3; threads++) {
            pmy_pool *pool;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            pmy_graph *graph = graph_of(TENSORS, extents, pool);
            pmy_optim *optim = optim_of(kind, 0.25, graph);
            assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 2, 0.125, NULL), PMY_OK);
            size_t before = allocations();
            for (int step = 0; step < STEPS; step++)
                pmy_optim_step(optim, 0.01);
            assert_int_equal(allocations(), before);
            expect_group(graph, matrices, true);
            expect_group(graph, vectors, false);
            pmy_optim_free(optim);
            pmy_graph_free(graph);
            pmy_pool_free(pool);
        }
        pmy_graph_free(vectors);
        pmy_graph_free(matrices);
    }
}

/* Work is not cut into more runs than there must be. */
static size_t runs;
static void count_run(const pmy_optim *optim, const pmy_optim_run *run)
{
    (void)optim;
    assert_true(run->begin < run->end);
    runs++;
}

static void neighbours_of_a_group_are_one_run(void **state)
{
    (void)state;
    static const extent small[] = {{3, true}, {5, true}, {7, false}, {2, false}, {20, true}};
    pmy_optim_kind counting = pmy_optim_sgd;
    counting.update = count_run;
    pmy_graph *graph = graph_of(5, small, NULL);
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&counting, NULL, graph, &optim, NULL), PMY_OK);
    pmy_optim_step(optim, 1);
    assert_int_equal(runs, 1);
    assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 1, 0.5, NULL), PMY_OK);
    pmy_optim_step(optim, 1);
    assert_int_equal(runs, 1 + 3);
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

static bool has_name(const pmy_node *parameter, const void *context)
{
    return strcmp(pmy_node_name(parameter), context) == 0;
}

static void the_last_call_holds(void **state)
{
    (void)state;
    pmy_graph *graph = graph_of(TENSORS, extents, NULL);
    pmy_optim *optim = optim_of(3, 0.25, graph);
    assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 2, 0.125, NULL), PMY_OK);
    assert_int_equal(pmy_optim_group(optim, has_name, "2", 3, 0, NULL), PMY_OK);
    assert_int_equal(optim->tensors, TENSORS);
    for (size_t t = 0; t < TENSORS; t++) {
        const pmy_optim_tensor *tensor = &optim->tensor[t];
        assert_ptr_equal(tensor->parameter, pmy_parameter_at(graph, t));
        assert_ptr_equal(optim->parameters.values + tensor->begin, pmy_value(tensor->parameter).data);
        assert_int_equal(tensor->end, t + 1 < TENSORS ? tensor[1].begin : optim->parameters.size);
        assert_true(tensor->rate_factor == (t == 2 ? 3 : extents[t].matrix ? 1 : 2));
        assert_true(tensor->weight_decay == (t == 2 ? 0 : extents[t].matrix ? 0.25 : 0.125));
    }
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

static void fixed_parameters_are_not_among_the_tensors(void **state)
{
    (void)state;
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    pmy_node *first = pmy_parameter(graph, PMY_SHAPE(20), "first", PMY_ONES, 0);
    pmy_node *fixed = pmy_parameter(graph, PMY_SHAPE(20), "fixed", PMY_ONES, 0);
    pmy_node *last = pmy_parameter(graph, PMY_SHAPE(20), "last", PMY_ONES, 0);
    pmy_fix(fixed);
    assert_int_equal(pmy_build(graph, pmy_add(graph, pmy_add(graph, first, fixed), last), NULL), PMY_OK);
    pmy_optim *optim = optim_of(3, 0.25, graph);
    assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 2, 0.5, NULL), PMY_OK);
    assert_int_equal(optim->tensors, 2);
    assert_ptr_equal(optim->tensor[0].parameter, first);
    assert_ptr_equal(optim->tensor[1].parameter, last);
    assert_int_equal(optim->tensor[0].end, optim->tensor[1].begin);
    pmy_optim_step(optim, 0.125);
    assert_true(pmy_value(first).data[19] == (pmy_real)(1 - 2 * 0.125 * 0.5));
    assert_true(pmy_value(fixed).data[0] == 1);
    assert_true(pmy_value(last).data[0] == pmy_value(first).data[19]);
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

static void wrong_numbers_are_refused(void **state)
{
    (void)state;
    const double wrong[] = {-0.5, (double)NAN, (double)INFINITY, -(double)INFINITY};
    pmy_graph *graph = graph_of(TENSORS, extents, NULL);
    pmy_optim *optim = optim_of(2, 0.25, graph);
    for (size_t i = 0; i < 4; i++) {
        pmy_error error = {0};
        assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, wrong[i], 0, &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "adam: a group's rate factor"));
        assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 1, wrong[i], &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "adam: a group's weight decay"));
    }
    for (size_t t = 0; t < TENSORS; t++) {
        assert_true(optim->tensor[t].rate_factor == 1);
        assert_true(optim->tensor[t].weight_decay == 0.25);
    }
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

/* --- A kind of one's own, which takes whole tensors ------------------------ */

static double norm_of(size_t n, const pmy_real *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

/* Layer-wise rates (You, Gitman and Ginsburg, arXiv:1708.03888): w = w − rate · |w|/|∇w| · ∇w. */
static void lars_update(const pmy_optim *optim, const pmy_optim_run *run, pmy_real *room)
{
    (void)room;
    size_t n = run->end - run->begin;
    pmy_real *w = optim->parameters.values + run->begin;           /* [n] */
    const pmy_real *dw = optim->parameters.gradients + run->begin; /* [n] */
    assert_int_equal(run->begin, run->tensor->begin);
    pmy_real rate = (pmy_real)(run->learning_rate * norm_of(n, w) / norm_of(n, dw));
    for (size_t i = 0; i < n; i++)
        w[i] -= rate * dw[i];
}

static bool any(const pmy_node *parameter, const void *context)
{
    (void)parameter;
    (void)context;
    return true;
}

static void a_kind_takes_whole_tensors(void **state)
{
    (void)state;
    pmy_optim_kind lars = pmy_optim_sgd;
    lars.name = "lars";
    lars.takes_whole = any;
    lars.update_whole = lars_update;
    pmy_graph *before = graph_of(TENSORS, extents, NULL);
    for (unsigned threads = 1; threads <= 3; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        pmy_graph *graph = graph_of(TENSORS, extents, pool);
        pmy_optim *optim;
        assert_int_equal(pmy_optim_new(&lars, NULL, graph, &optim, NULL), PMY_OK);
        assert_int_equal(pmy_optim_group(optim, pmy_is_vector, NULL, 2, 0, NULL), PMY_OK);
        pmy_optim_step(optim, 0.125);
        for (size_t t = 0; t < TENSORS; t++) {
            size_t n = extents[t].size;
            const pmy_real *w = pmy_value(pmy_parameter_at(before, t)).data;           /* [n] */
            const pmy_real *moved = pmy_value(pmy_parameter_at(graph, t)).data;        /* [n] */
            const pmy_real *dw = optim->parameters.gradients + optim->tensor[t].begin; /* [n] */
            pmy_real rate = (pmy_real)((extents[t].matrix ? 0.125 : 0.25) * norm_of(n, w) / norm_of(n, dw));
            for (size_t i = 0; i < n; i++)
                assert_true(moved[i] == w[i] - rate * dw[i]);
        }
        pmy_optim_free(optim);
        pmy_graph_free(graph);
        pmy_pool_free(pool);
    }
    pmy_graph_free(before);
}

/* Each thread's room is its own, and as large as the largest tensor wants it. */
static size_t room_of(const pmy_optim_tensor *tensor)
{
    return tensor->end - tensor->begin;
}

/* w = w − rate · ∇w, by way of the room. */
static void roomy_update(const pmy_optim *optim, const pmy_optim_run *run, pmy_real *room)
{
    size_t n = run->end - run->begin;
    memcpy(room, optim->parameters.gradients + run->begin, n * sizeof *room);
    for (size_t i = 0; i < n; i++)
        optim->parameters.values[run->begin + i] -= (pmy_real)run->learning_rate * room[i];
}

static void wholes_and_elements_go_side_by_side(void **state)
{
    (void)state;
    pmy_optim_kind roomy = pmy_optim_sgd;
    roomy.takes_whole = any;
    roomy.room = room_of;
    roomy.update_whole = roomy_update;
    pmy_graph *expected = moved_alone(0, 0.01, 0);
    for (unsigned threads = 1; threads <= 3; threads++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
        pmy_graph *graph = graph_of(TENSORS, extents, pool);
        pmy_optim *optim;
        assert_int_equal(pmy_optim_new(&roomy, NULL, graph, &optim, NULL), PMY_OK);
        assert_int_equal(optim->room_size, 40000);
        pmy_optim_elementwise(optim, pmy_is_vector, NULL);
        pmy_optim_elementwise(optim, has_name, "5");
        for (size_t t = 0; t < TENSORS; t++)
            assert_int_equal(optim->tensor[t].whole, extents[t].matrix && t != 5);
        for (int step = 0; step < STEPS; step++)
            pmy_optim_step(optim, 0.01);
        expect_group(graph, expected, true);
        expect_group(graph, expected, false);
        pmy_optim_free(optim);
        pmy_graph_free(graph);
        pmy_pool_free(pool);
    }
    pmy_graph_free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wholes_and_elements_go_side_by_side),
        cmocka_unit_test(a_group_moves_as_if_alone),
        cmocka_unit_test(neighbours_of_a_group_are_one_run),
        cmocka_unit_test(the_last_call_holds),
        cmocka_unit_test(fixed_parameters_are_not_among_the_tensors),
        cmocka_unit_test(wrong_numbers_are_refused),
        cmocka_unit_test(a_kind_takes_whole_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
