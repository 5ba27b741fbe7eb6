/* Also in double and quad. */
/* The optimizers against what PyTorch did (tests/record/optim.py). */
#include "optim/optim.h"
#include "tensor/ops/ops.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDED_STEPS = 100, RECORDED_NUMBERS = 5 };

typedef struct recorded_run {
    char name[64], kind[16], scalar[16];
    double rate, max_norm, weight_decay, momentum, beta1, beta2, epsilon;
    int nesterov;
    bool grouped; /* the second tensor is a group of its own, with these: */
    double rate_factor, group_decay;
    double values[RECORDED_STEPS][RECORDED_NUMBERS]; /* after each step */
} recorded_run;

/* Reads the next run that was recorded; false if there is none left. */
static bool recorded_next(FILE *file, recorded_run *run)
{
    char line[256];
    while (fgets(line, sizeof line, file)) {
        int words = sscanf(line, "optim %63s %15s %15s %lf %lf %lf %lf %d %lf %lf %lf %lf %lf", run->name,
                           run->kind, run->scalar, &run->rate, &run->max_norm, &run->weight_decay,
                           &run->momentum, &run->nesterov, &run->beta1, &run->beta2, &run->epsilon,
                           &run->rate_factor, &run->group_decay);
        run->grouped = words == 13;
        if (words != 11 && words != 13)
            continue;
        for (int step = 0; step < RECORDED_STEPS; step++)
            for (int i = 0; i < RECORDED_NUMBERS; i++)
                assert_int_equal(fscanf(file, "%la", &run->values[step][i]), 1);
        return true;
    }
    return false;
}

static const double recorded_start[RECORDED_NUMBERS] = {0.5, -1.25, 2.0, -0.0625, 1.5};
static const double recorded_curvature[RECORDED_NUMBERS] = {0.5, 2.0, 0.125, 1.0, 0.25};

/* What the gradient of number i gets in a step besides curvature · value. */
static double recorded_push(int step, int i)
{
    return ((7 * step + 13 * i + step * i) % 17 - 8) / 8.0;
}

/* The two tensors' values or gradients, copies of the five recorded numbers: [copies, 3] and [2 copies]. */
static pmy_real *recorded_place(pmy_tensor of[2], size_t copy, size_t i)
{
    return i < 3 ? &of[0].data[3 * copy + i] : &of[1].data[2 * copy + i - 3];
}

/* Runs the problem with every number there `copies` times over, and holds each step against the record:
 * |difference| ≤ tolerance · (1 + |value|). */
static void expect_recorded(const recorded_run *run, size_t copies, double tolerance)
{
    enum { N = RECORDED_NUMBERS };
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    pmy_node *parameter[2] = {pmy_parameter(graph, PMY_SHAPE(copies, 3), "first", PMY_ZEROS, 0),
                              pmy_parameter(graph, PMY_SHAPE(2 * copies), "second", PMY_ZEROS, 0)};
    assert_int_equal(pmy_build(graph, pmy_add(graph, parameter[0], parameter[0]), NULL), PMY_OK);
    pmy_parameters all = pmy_graph_parameters(graph);
    pmy_tensor values[2], gradients[2];
    for (size_t t = 0; t < 2; t++) {
        values[t] = gradients[t] = pmy_value(parameter[t]);
        gradients[t].data = all.gradients + (values[t].data - all.values);
    }
    for (size_t copy = 0; copy < copies; copy++)
        for (size_t i = 0; i < N; i++)
            *recorded_place(values, copy, i) = (pmy_real)recorded_start[i];

    const pmy_optim_kind *kind = pmy_optim_find(run->kind);
    assert_non_null(kind);
    pmy_optim_options options = kind->defaults;
    options.weight_decay = run->weight_decay;
    options.momentum = run->momentum;
    options.nesterov = run->nesterov;
    if (run->beta1 > 0) {
        options.beta1 = run->beta1;
        options.beta2 = run->beta2;
        options.epsilon = run->epsilon;
    }
    pmy_optim *optim;
    assert_int_equal(pmy_optim_new(kind, &options, graph, &optim, NULL), PMY_OK);
    if (run->grouped)
        assert_int_equal(
            pmy_optim_group(optim, pmy_is_vector, NULL, run->rate_factor, run->group_decay, NULL), PMY_OK);

    for (int step = 0; step < RECORDED_STEPS; step++) {
        for (size_t copy = 0; copy < copies; copy++)
            for (size_t i = 0; i < N; i++)
                *recorded_place(gradients, copy, i) =
                    (pmy_real)recorded_curvature[i] * *recorded_place(values, copy, i) +
                    (pmy_real)recorded_push(step, (int)i);
        if (run->max_norm > 0)
            assert_int_equal(pmy_optim_clip(optim, run->max_norm, NULL, NULL), PMY_OK);
        pmy_optim_step(optim, run->rate * (1 - step / 128.0));
        for (size_t copy = 0; copy < copies; copy++)
            for (size_t i = 0; i < N; i++) {
                double expected = run->values[step][i], got = (double)*recorded_place(values, copy, i);
                if (!(fabs(got - expected) <= tolerance * (1 + fabs(expected))))
                    fail_msg("%s, %s, step %d, copy %zu, number %zu: %a, recorded %a", run->name, run->scalar,
                             step, copy, i, got, expected);
            }
    }
    for (size_t gap = 3 * copies; all.values + gap < values[1].data; gap++)
        assert_true(all.values[gap] == 0);
    for (size_t gap = (size_t)(values[1].data - all.values) + 2 * copies; gap < all.size; gap++)
        assert_true(all.values[gap] == 0);
    pmy_optim_free(optim);
    pmy_graph_free(graph);
}

/* Every operation rounds as in PyTorch and in the same order, so most floats must be equal in every bit.
 * Not so where the norm is summed in another order, or where doubles show the last bit of pow, which is
 * the machine's. Quads are held against PyTorch's doubles.
 *
 * `copies` is for runs that do not clip (the norm would be another): for more than two pieces of work and an
 * odd rest. The tolerances are for sgd, for adam and adamw, and for runs of any kind that clip. */
#if PMY_SCALAR == 32
static const char scalar[] = "float32";
enum { COPIES = 4001 };
static const double tolerance_sgd = 0, tolerance_adam = 0, tolerance_clipped = 2 * (double)FLT_EPSILON;
#elif PMY_SCALAR == 64
static const char scalar[] = "float64";
enum { COPIES = 4001 };
static const double tolerance_sgd = 0, tolerance_adam = 2 * DBL_EPSILON, tolerance_clipped = 2 * DBL_EPSILON;
#else
static const char scalar[] = "float64";
enum { COPIES = 3 };
static const double tolerance_sgd = 1e-14, tolerance_adam = 1e-14, tolerance_clipped = 1e-14;
#endif

static void expect_all_recorded(const char *path, int expected_runs, double adam)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    static recorded_run run;
    int runs = 0;
    while (recorded_next(file, &run)) {
        runs++;
        if (strcmp(run.scalar, scalar) != 0)
            continue;
        if (run.max_norm > 0)
            expect_recorded(&run, 1, tolerance_clipped);
        else
            expect_recorded(&run, COPIES, strcmp(run.kind, "sgd") == 0 ? tolerance_sgd : adam);
    }
    assert_int_equal(runs, expected_runs);
    (void)fclose(file);
}

static void numbers_move_as_recorded(void **state)
{
    (void)state;
    expect_all_recorded("tests/data/optim_pytorch.txt", 26, tolerance_adam);
}

/* By a later PyTorch, whose adam rounds m + (1 − beta1) · (g − m). */
static void groups_move_as_recorded(void **state)
{
    (void)state;
    expect_all_recorded("tests/data/optim_groups_pytorch.txt", 12, tolerance_clipped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_move_as_recorded),
                                       cmocka_unit_test(groups_move_as_recorded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
