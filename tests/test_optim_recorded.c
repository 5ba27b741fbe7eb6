/* Also in double and quad. */
/* The optimizers against what PyTorch did (tests/record/optim.py). */
#include "optim/optim.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDED_STEPS = 100, RECORDED_NUMBERS = 5, RECORDED_RUNS = 26 };

typedef struct recorded_run {
    char name[64], kind[16], scalar[16];
    double rate, max_norm, weight_decay, momentum, beta1, beta2, epsilon;
    int nesterov;
    double values[RECORDED_STEPS][RECORDED_NUMBERS]; /* after each step */
} recorded_run;

/* Reads the next run that was recorded; false if there is none left. */
static bool recorded_next(FILE *file, recorded_run *run)
{
    char line[256];
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "optim %63s %15s %15s %lf %lf %lf %lf %d %lf %lf %lf", run->name, run->kind,
                   run->scalar, &run->rate, &run->max_norm, &run->weight_decay, &run->momentum,
                   &run->nesterov, &run->beta1, &run->beta2, &run->epsilon) != 11)
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

/* Runs the problem with every number there `copies` times over, and 3 gaps at the end, and holds
 * each step against the record: |difference| ≤ tolerance · (1 + |value|). */
static void expect_recorded(const recorded_run *run, size_t copies, double tolerance)
{
    enum { N = RECORDED_NUMBERS };
    size_t numbers = copies * N, size = numbers + 3;
    pmy_real *values = calloc(size, sizeof *values);
    pmy_real *gradients = calloc(size, sizeof *gradients);
    assert_true(values && gradients);
    for (size_t i = 0; i < numbers; i++)
        values[i] = (pmy_real)recorded_start[i % N];

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
    pmy_parameters parameters = {size, values, gradients, 1};
    assert_int_equal(pmy_optim_new(kind, &options, parameters, NULL, &optim, NULL), PMY_OK);

    for (int step = 0; step < RECORDED_STEPS; step++) {
        for (size_t i = 0; i < numbers; i++)
            gradients[i] =
                (pmy_real)recorded_curvature[i % N] * values[i] + (pmy_real)recorded_push(step, (int)(i % N));
        if (run->max_norm > 0)
            assert_int_equal(pmy_optim_clip(optim, run->max_norm, NULL, NULL), PMY_OK);
        pmy_optim_step(optim, run->rate * (1 - step / 128.0));
        for (size_t i = 0; i < numbers; i++) {
            double expected = run->values[step][i % N], got = (double)values[i];
            if (!(fabs(got - expected) <= tolerance * (1 + fabs(expected))))
                fail_msg("%s, %s, step %d, number %zu: %a, recorded %a", run->name, run->scalar, step, i, got,
                         expected);
        }
    }
    for (size_t i = numbers; i < size; i++)
        assert_true(values[i] == 0);
    pmy_optim_free(optim);
    free(gradients);
    free(values);
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

static void numbers_move_as_recorded(void **state)
{
    (void)state;
    FILE *file = fopen("tests/data/optim_pytorch.txt", "r");
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
            expect_recorded(&run, COPIES, strcmp(run.kind, "sgd") == 0 ? tolerance_sgd : tolerance_adam);
    }
    assert_int_equal(runs, RECORDED_RUNS);
    (void)fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_move_as_recorded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
