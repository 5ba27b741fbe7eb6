/* The optimizers against what PyTorch did (tests/record/optim.py). Written once for every
 * precision: whoever includes this has defined PMY(name), as pmy_##name for floats, and gets
 * PMY(expect_all_recorded). It may be included again with another PMY. */
#ifndef TESTS_OPTIM_RECORDED_H
#define TESTS_OPTIM_RECORDED_H

#include "base/status.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { RECORDED_STEPS = 100, RECORDED_NUMBERS = 5, RECORDED_RUNS = 26 };

typedef struct recorded_run {
    char name[64], kind[16], scalar[16];
    double rate, max_norm, weight_decay, momentum, beta1, beta2, epsilon;
    int nesterov;
    double values[RECORDED_STEPS][RECORDED_NUMBERS]; /* after each step */
} recorded_run;

/* Reads the next run that was recorded; false if there is none left. */
static inline bool recorded_next(FILE *file, recorded_run *run)
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
static inline double recorded_push(int step, int i)
{
    return ((7 * step + 13 * i + step * i) % 17 - 8) / 8.0;
}

#endif

/* Runs the problem with every number there `copies` times over, and 3 gaps at the end, and holds
 * each step against the record: |difference| ≤ tolerance · (1 + |value|). */
static void PMY(expect_recorded)(const recorded_run *run, size_t copies, double tolerance)
{
    enum { N = RECORDED_NUMBERS };
    size_t numbers = copies * N, size = numbers + 3;
    PMY(real) *values = calloc(size, sizeof *values);
    PMY(real) *gradients = calloc(size, sizeof *gradients);
    assert_true(values && gradients);
    for (size_t i = 0; i < numbers; i++)
        values[i] = (PMY(real))recorded_start[i % N];

    const PMY(optim_kind) *kind = PMY(optim_find)(run->kind);
    assert_non_null(kind);
    PMY(optim_options) options = kind->defaults;
    options.weight_decay = run->weight_decay;
    options.momentum = run->momentum;
    options.nesterov = run->nesterov;
    if (run->beta1 > 0) {
        options.beta1 = run->beta1;
        options.beta2 = run->beta2;
        options.epsilon = run->epsilon;
    }
    PMY(optim) * optim;
    PMY(parameters) parameters = {size, values, gradients, 1};
    assert_int_equal(PMY(optim_new)(kind, &options, parameters, NULL, &optim, NULL), PMY_OK);

    for (int step = 0; step < RECORDED_STEPS; step++) {
        for (size_t i = 0; i < numbers; i++)
            gradients[i] = (PMY(real))recorded_curvature[i % N] * values[i] +
                           (PMY(real))recorded_push(step, (int)(i % N));
        if (run->max_norm > 0)
            assert_int_equal(PMY(optim_clip)(optim, run->max_norm, NULL, NULL), PMY_OK);
        PMY(optim_step)(optim, run->rate * (1 - step / 128.0));
        for (size_t i = 0; i < numbers; i++) {
            double expected = run->values[step][i % N], got = (double)values[i];
            if (!(fabs(got - expected) <= tolerance * (1 + fabs(expected))))
                fail_msg("%s, %s, step %d, number %zu: %a, recorded %a", run->name, run->scalar, step, i, got,
                         expected);
        }
    }
    for (size_t i = numbers; i < size; i++)
        assert_true(values[i] == 0);
    PMY(optim_free)(optim);
    free(gradients);
    free(values);
}

/* Every run recorded in this scalar type. `copies` is for runs that do not clip (the norm would be another).
 * The tolerances are for sgd, for adam and adamw, and for runs of any kind that clip. */
static void PMY(expect_all_recorded)(const char *scalar, size_t copies, double sgd, double adam,
                                     double clipped)
{
    FILE *file = fopen("tests/data/optim_pytorch.txt", "r");
    assert_non_null(file);
    static recorded_run run;
    int runs = 0;
    while (recorded_next(file, &run)) {
        runs++;
        if (strcmp(run.scalar, scalar) != 0)
            continue;
        if (run.max_norm > 0)
            PMY(expect_recorded)(&run, 1, clipped);
        else
            PMY(expect_recorded)(&run, copies, strcmp(run.kind, "sgd") == 0 ? sgd : adam);
    }
    assert_int_equal(runs, RECORDED_RUNS);
    (void)fclose(file);
}
