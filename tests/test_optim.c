/* Optimizers: the same bits on any number of threads, and what they refuse. */
#include "optim/optim.h"

#include "losses/losses.h"
#include "tensor/ops/ops.h"

#include "allocations.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "optim_problem.h"

/* --- Problems ----------------------------------------------------------- */

/* Several pieces and an odd rest. */
enum { SIZE = 3 * 8192 + 77 };

static pmy_graph *problem_new(pmy_pool *pool)
{
    return graph_of(1, &(extent){SIZE, false}, pool);
}

/* The index-th of some options of every kind that leave no vector and no branch out. */
enum { CONFIGURATIONS = 5 };
static pmy_optim *configuration(size_t index, pmy_graph *graph)
{
    static const struct {
        const char *kind;
        double momentum;
        bool nesterov;
    } configurations[CONFIGURATIONS] = {
        {"sgd", 0, false}, {"sgd", 0.9, false}, {"sgd", 0.9, true}, {"adam", 0, false}, {"adamw", 0, false}};
    const pmy_optim_kind *kind = pmy_optim_find(configurations[index].kind);
    pmy_optim_options options = kind->defaults;
    options.momentum = configurations[index].momentum;
    options.nesterov = configurations[index].nesterov;
    options.weight_decay = 0.03;
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(kind, &options, graph, &optim, NULL), PMY_OK);
    return optim;
}

/* Returns the sum of the gradients' norms. */
static double run_steps(pmy_optim *optim, int steps)
{
    double norms = 0;
    for (int step = 0; step < steps; step++) {
        double norm;
        assert_int_equal(pmy_optim_clip(optim, 10, &norm, NULL), PMY_OK);
        norms += norm;
        pmy_optim_step(optim, 0.01);
        for (size_t i = 0; i < optim->parameters.size; i++)
            optim->parameters.gradients[i] += (pmy_real)0.01 * optim->parameters.values[i];
    }
    return norms;
}

static void expect_same_bits(const pmy_optim *a, const pmy_optim *b)
{
    size_t bytes = a->parameters.size * sizeof(pmy_real);
    assert_memory_equal(a->parameters.values, b->parameters.values, bytes);
    assert_int_equal(a->states, b->states);
    for (size_t s = 0; s < a->states; s++)
        assert_memory_equal(a->state[s], b->state[s], bytes);
}

/* --- Steps -------------------------------------------------------------- */

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    for (size_t c = 0; c < CONFIGURATIONS; c++) {
        pmy_graph *alone = problem_new(NULL);
        pmy_optim *reference = configuration(c, alone);
        double norms = run_steps(reference, 3);
        for (unsigned threads = 1; threads <= 3; threads++) {
            pmy_pool *pool;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            pmy_graph *together = problem_new(pool);
            pmy_optim *optim = configuration(c, together);
            assert_true(run_steps(optim, 3) == norms);
            expect_same_bits(reference, optim);
            pmy_optim_free(optim);
            pmy_graph_free(together);
            pmy_pool_free(pool);
        }
        pmy_optim_free(reference);
        pmy_graph_free(alone);
    }
}

static void a_resumed_run_gives_the_same_bits(void **state)
{
    (void)state;
    for (size_t c = 0; c < CONFIGURATIONS; c++) {
        pmy_graph *whole = problem_new(NULL), *parts = problem_new(NULL);
        pmy_optim *uninterrupted = configuration(c, whole);
        run_steps(uninterrupted, 5);

        pmy_optim *before = configuration(c, parts);
        run_steps(before, 2);
        pmy_optim *after = configuration(c, parts);
        after->steps = before->steps;
        for (size_t s = 0; s < before->states; s++)
            memcpy(after->state[s], before->state[s], before->parameters.size * sizeof(pmy_real));
        pmy_optim_free(before);
        run_steps(after, 3);

        assert_int_equal(after->steps, 5);
        expect_same_bits(uninterrupted, after);
        pmy_optim_free(after);
        pmy_optim_free(uninterrupted);
        pmy_graph_free(parts);
        pmy_graph_free(whole);
    }
}

static void a_step_allocates_nothing(void **state)
{
    (void)state;
    if (!ALLOCATIONS_ARE_COUNTED)
        skip();
    pmy_pool *pool;
    assert_int_equal(pmy_pool_new(2, &pool, NULL), PMY_OK);
    for (size_t c = 0; c < CONFIGURATIONS; c++) {
        pmy_graph *given = problem_new(pool);
        size_t before = allocations();
        pmy_optim *optim = configuration(c, given);
        size_t after = allocations();
        assert_true(after > before);
        run_steps(optim, 3);
        assert_int_equal(allocations(), after);
        pmy_optim_free(optim);
        pmy_graph_free(given);
    }
    pmy_pool_free(pool);
}

static void a_graph_learns(void **state)
{
    (void)state;
    const pmy_optim_kind *kind;
    for (size_t k = 0; (kind = pmy_optim_kind_at(k)); k++) {
        pmy_graph *graph = pmy_graph_new(NULL, 1);
        pmy_node *x = pmy_input(graph, PMY_SHAPE(4, 2)), *target = pmy_input(graph, PMY_SHAPE(4, 1));
        pmy_node *weight = pmy_parameter(graph, PMY_SHAPE(2, 1), "weight", PMY_UNIFORM, 1);
        pmy_node *bias = pmy_parameter(graph, PMY_SHAPE(1), "bias", PMY_ZEROS, 0);
        pmy_node *loss = pmy_mse(graph, pmy_add(graph, pmy_matmul(graph, x, weight), bias), target);
        assert_int_equal(pmy_build(graph, loss, NULL), PMY_OK);
        pmy_parameters parameters = pmy_graph_parameters(graph);
        pmy_optim *optim;
        pmy_optim_options options = kind->defaults;
        options.weight_decay = 0;
        assert_int_equal(pmy_optim_new(kind, &options, graph, &optim, NULL), PMY_OK);
        for (size_t row = 0; row < 4; row++) { /* the plane 2 a − b + 0.5 */
            pmy_real a = (pmy_real)(row % 2), b = (pmy_real)(row / 2);
            pmy_value(x).data[2 * row] = a;
            pmy_value(x).data[2 * row + 1] = b;
            pmy_value(target).data[row] = 2 * a - b + PMY_R(0.5);
        }
        for (int step = 0; step < 1000; step++) {
            assert_int_equal(pmy_forward(graph, PMY_TRAIN, NULL), PMY_OK);
            pmy_backward(graph);
            pmy_optim_step(optim, 0.1 * (1 - step / 1000.0)); /* muon's steps are as long as the rate says */
        }
        assert_true(fabsf(pmy_value(weight).data[0] - 2) < 0.01F);
        assert_true(fabsf(pmy_value(weight).data[1] + 1) < 0.01F);
        assert_true(fabsf(pmy_value(bias).data[0] - 0.5F) < 0.01F);
        for (pmy_real *gap = parameters.values; gap < parameters.values + parameters.size; gap++)
            if (gap != pmy_value(bias).data && gap != pmy_value(weight).data &&
                gap != pmy_value(weight).data + 1)
                assert_true(*gap == 0);
        pmy_optim_free(optim);
        pmy_graph_free(graph);
    }
}

/* --- Clipping ----------------------------------------------------------- */

/* A step of plain descent whose every number is known: w − rate · (scale · g). */
static void expect_scaled_step(pmy_optim *optim, double scale)
{
    static pmy_real values[SIZE], gradients[SIZE]; /* before the step */
    memcpy(values, optim->parameters.values, sizeof values);
    memcpy(gradients, optim->parameters.gradients, sizeof gradients);
    pmy_optim_step(optim, 0.125);
    assert_memory_equal(optim->parameters.gradients, gradients, sizeof gradients);
    for (size_t i = 0; i < SIZE; i++) {
        double expected = (double)values[i] - 0.125 * scale * (double)gradients[i];
        assert_true(fabs((double)optim->parameters.values[i] - expected) <=
                    (double)FLT_EPSILON * (1 + fabs(expected)));
    }
}

static void clipping_scales_one_step(void **state)
{
    (void)state;
    pmy_graph *given = problem_new(NULL);
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&pmy_optim_sgd, NULL, given, &optim, NULL), PMY_OK);
    pmy_real *gradients = optim->parameters.gradients; /* [SIZE] */
    long double sum = 0;
    for (size_t i = 0; i < SIZE; i++)
        sum += (long double)gradients[i] * (long double)gradients[i];
    double expected = (double)sqrtl(sum), norm = 0;
    assert_true(expected > 100);

    assert_int_equal(pmy_optim_clip(optim, 3, &norm, NULL), PMY_OK);
    assert_true(fabs(norm - expected) <= 1e-14 * expected);
    expect_scaled_step(optim, 3 / (expected + 1e-6));
    expect_scaled_step(optim, 1);
    assert_int_equal(pmy_optim_clip(optim, 2 * expected, NULL, NULL), PMY_OK);
    expect_scaled_step(optim, 1);
    /* The 1e-6: a norm of 1e-6 that may be 1e-6 is halved. */
    memset(gradients, 0, SIZE * sizeof *gradients);
    gradients[SIZE - 1] = PMY_R(1e-6);
    assert_int_equal(pmy_optim_clip(optim, 1e-6, &norm, NULL), PMY_OK);
    assert_true(fabs(norm - 1e-6) < 1e-12);
    assert_true(fabs(optim->gradient_scale - 0.5) < 1e-6);
    pmy_optim_free(optim);
    pmy_graph_free(given);
}

static void clipping_refuses(void **state)
{
    (void)state;
    pmy_graph *given = problem_new(NULL);
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(&pmy_optim_sgd, NULL, given, &optim, NULL), PMY_OK);
    const double norms[] = {0, -1, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 4; i++) {
        pmy_error error = {0};
        assert_int_equal(pmy_optim_clip(optim, norms[i], NULL, &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "not a number above 0"));
        assert_true(optim->gradient_scale == 1);
    }
    const pmy_real bad[] = {(pmy_real)NAN, (pmy_real)INFINITY, -(pmy_real)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        optim->parameters.gradients[SIZE - 1] = bad[i];
        pmy_error error = {0};
        double norm = 0;
        assert_int_equal(pmy_optim_clip(optim, 1, &norm, &error), PMY_BAD_DATA);
        assert_non_null(strstr(error.message, i ? "inf" : "nan"));
        assert_true(norm - norm != 0);
        assert_true(optim->gradient_scale == 1);
    }
    pmy_optim_free(optim);
    pmy_graph_free(given);
}

/* --- Kinds and options -------------------------------------------------- */

static void kinds_have_names(void **state)
{
    (void)state;
    const char *const names[] = {"sgd", "adam", "adamw", "muon"};
    const pmy_optim_kind *kind;
    size_t count = 0;
    for (; (kind = pmy_optim_kind_at(count)); count++) {
        assert_true(count < 4);
        assert_string_equal(kind->name, names[count]);
        assert_ptr_equal(pmy_optim_find(names[count]), kind);
    }
    assert_int_equal(count, 4);
    assert_null(pmy_optim_find("rmsprop"));
    assert_null(pmy_optim_find(""));
    assert_null(pmy_optim_find("SGD"));
}

static void states_have_names(void **state)
{
    (void)state;
    static const size_t states[CONFIGURATIONS] = {0, 1, 1, 2, 2};
    pmy_graph *given = problem_new(NULL);
    for (size_t c = 0; c < CONFIGURATIONS; c++) {
        pmy_optim *optim = configuration(c, given);
        assert_int_equal(optim->states, states[c]);
        for (size_t s = 0; s < optim->states; s++) {
            assert_non_null(optim->kind->state[s]);
            for (size_t i = 0; i < SIZE; i++)
                assert_true(optim->state[s][i] == 0);
        }
        pmy_optim_free(optim);
    }
    pmy_graph_free(given);
}

static void expect_refusal(const pmy_optim_kind *kind, pmy_optim_options options, const char *words)
{
    pmy_graph *given = problem_new(NULL);
    pmy_error error = {0};
    pmy_optim *optim = (pmy_optim *)given;
    assert_int_equal(pmy_optim_new(kind, &options, given, &optim, &error), PMY_BAD_ARGUMENT);
    assert_int_equal(error.code, PMY_BAD_ARGUMENT);
    assert_null(optim);
    if (!strstr(error.message, words) || strncmp(error.message, kind->name, strlen(kind->name)) != 0)
        fail_msg("\"%s\" does not begin with %s and say \"%s\"", error.message, kind->name, words);
    pmy_graph_free(given);
}

static void wrong_options_are_refused(void **state)
{
    (void)state;
    const double negative_or_not_finite[] = {-0.5, (double)NAN, (double)INFINITY, -(double)INFINITY};
    const pmy_optim_kind *kind;
    for (size_t k = 0; (kind = pmy_optim_kind_at(k)); k++)
        for (size_t i = 0; i < 5; i++) {
            double number = i < 4 ? negative_or_not_finite[i] : 1;
            bool is_sgd = kind == &pmy_optim_sgd;
            pmy_optim_options options = kind->defaults;
            options.momentum = number;
            expect_refusal(kind, options, "momentum");
            if (i < 4) {
                options = kind->defaults;
                options.weight_decay = number;
                expect_refusal(kind, options, "weight decay");
            }
            if (is_sgd)
                continue;
            options = kind->defaults;
            options.beta1 = number;
            expect_refusal(kind, options, "beta1");
            options = kind->defaults;
            options.beta2 = number;
            expect_refusal(kind, options, "beta2");
            options = kind->defaults;
            options.epsilon = i < 4 ? number : 0;
            expect_refusal(kind, options, "epsilon");
            options.epsilon = 1e-60; /* 0 as a float */
            expect_refusal(kind, options, "epsilon");
            if (kind == &pmy_optim_muon)
                continue;
            options = kind->defaults;
            options.nesterov = true;
            expect_refusal(kind, options, "momentum");
        }
    expect_refusal(&pmy_optim_sgd, (pmy_optim_options){.nesterov = true}, "nesterov");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(a_resumed_run_gives_the_same_bits),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(a_graph_learns),
        cmocka_unit_test(clipping_scales_one_step),
        cmocka_unit_test(clipping_refuses),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(wrong_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
