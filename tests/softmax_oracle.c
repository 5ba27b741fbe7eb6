#include "softmax_oracle.h"

#include "losses/losses.h"
#include "tensor/graph.h"
#include "kernels/softmax_of_row.h"
#include "kernels/softmax_row.h"

#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 320 }; /* the sum of any two floats is exact, with bits to spare */

/* --- Results ------------------------------------------------------------ */

bool softmax_results_new(const softmax_rows *batch, softmax_results *results)
{
    size_t rows = batch->rows, all = rows * batch->classes;
    *results = (softmax_results){.p = calloc(all, sizeof(float)),
                                 .log_p = calloc(all, sizeof(float)),
                                 .log_sum_exp = calloc(rows, sizeof(float)),
                                 .loss = calloc(rows, sizeof(float)),
                                 .dz = calloc(all, sizeof(float)),
                                 .soft_loss = calloc(rows, sizeof(float)),
                                 .soft_dz = calloc(all, sizeof(float))};
    return results->p && results->log_p && results->log_sum_exp && results->loss && results->dz &&
           results->soft_loss && results->soft_dz;
}

void softmax_results_free(softmax_results *results)
{
    free(results->p);
    free(results->log_p);
    free(results->log_sum_exp);
    free(results->loss);
    free(results->dz);
    free(results->soft_loss);
    free(results->soft_dz);
}

static bool probabilities_of_pmy(const softmax_rows *batch, softmax_results *results)
{
    size_t n = batch->classes;
    double temperature = batch->temperature;
    bool fine = true;
    for (size_t r = 0; fine && r < batch->rows; r++) {
        const float *z = batch->z + r * n; /* [classes] */
        pmy_softmax_row row;
        fine = pmy_softmax_of_row(n, z, temperature, results->p + r * n, NULL) == PMY_OK &&
               pmy_log_softmax_of_row(n, z, temperature, results->log_p + r * n, NULL) == PMY_OK &&
               pmy_softmax_exponentials(n, z, temperature, NULL, &row) == PMY_ROW_FINE;
        if (fine)
            results->log_sum_exp[r] = pmy_narrow(pmy_log_sum_exp(&row, temperature));
    }
    return fine;
}

static bool loss_of_pmy(const softmax_rows *batch, bool soft, float *losses, float *dz)
{
    pmy_graph *graph = pmy_graph_new(NULL, 1);
    if (!graph)
        return false;
    size_t all = batch->rows * batch->classes;
    pmy_node *z = pmy_input(graph, PMY_SHAPE(batch->rows, batch->classes));
    pmy_want_gradient(z);
    pmy_node *target =
        soft ? pmy_input(graph, PMY_SHAPE(batch->rows, batch->classes)) : pmy_labels(graph, batch->rows);
    pmy_softmax_xent_options options = {.temperature = batch->temperature, .reduction = PMY_SUM};
    pmy_node *loss = pmy_softmax_xent(graph, z, target, &options);
    bool fine = pmy_build(graph, loss, NULL) == PMY_OK;
    if (fine) {
        memcpy(pmy_value(z).data, batch->z, all * sizeof(float));
        if (soft)
            memcpy(pmy_value(target).data, batch->y, all * sizeof(float));
        else
            memcpy(pmy_integer_data(target), batch->labels, batch->rows * sizeof(int32_t));
        fine = pmy_forward(graph, PMY_TRAIN, NULL) == PMY_OK;
    }
    if (fine) {
        pmy_backward(graph);
        pmy_softmax_xent_losses(loss, losses);
        memcpy(dz, pmy_gradient(z).data, all * sizeof(float));
    }
    pmy_graph_free(graph);
    return fine;
}

bool softmax_results_of_pmy(const softmax_rows *batch, softmax_results *results)
{
    return probabilities_of_pmy(batch, results) && loss_of_pmy(batch, false, results->loss, results->dz) &&
           loss_of_pmy(batch, true, results->soft_loss, results->soft_dz);
}

/* --- The truth ----------------------------------------------------------- */

/* One row, and scratch. */
typedef struct truth {
    mpfr_t temperature, maximum, total, log_total, others;
    mpfr_t x, y;
    mpfr_t *e; /* [classes]: exp((z - m)/T) */
    size_t argmax;
} truth;

static bool begin_truth(truth *t, size_t classes, double temperature)
{
    t->e = malloc(classes * sizeof *t->e);
    if (!t->e)
        return false;
    mpfr_inits2(BITS, t->temperature, t->maximum, t->total, t->log_total, t->others, t->x, t->y, (mpfr_ptr)0);
    for (size_t i = 0; i < classes; i++)
        mpfr_init2(t->e[i], BITS);
    mpfr_set_d(t->temperature, temperature, MPFR_RNDN);
    return true;
}

static void end_truth(truth *t, size_t classes)
{
    mpfr_clears(t->temperature, t->maximum, t->total, t->log_total, t->others, t->x, t->y, (mpfr_ptr)0);
    for (size_t i = 0; i < classes; i++)
        mpfr_clear(t->e[i]);
    free(t->e);
}

/* Σ e without that class: never as a difference. */
static void sum_without(truth *t, size_t classes, size_t left_out, mpfr_t sum)
{
    mpfr_set_zero(sum, 1);
    for (size_t i = 0; i < classes; i++)
        if (i != left_out)
            mpfr_add(sum, sum, t->e[i], MPFR_RNDN);
}

static void find_truth(truth *t, size_t classes, const float *z)
{
    t->argmax = 0;
    for (size_t i = 1; i < classes; i++)
        t->argmax = z[i] > z[t->argmax] ? i : t->argmax;
    mpfr_set_flt(t->maximum, z[t->argmax], MPFR_RNDN);
    for (size_t i = 0; i < classes; i++) {
        mpfr_set_flt(t->x, z[i], MPFR_RNDN);
        mpfr_sub(t->x, t->x, t->maximum, MPFR_RNDN);
        mpfr_div(t->x, t->x, t->temperature, MPFR_RNDN);
        mpfr_exp(t->e[i], t->x, MPFR_RNDN);
    }
    sum_without(t, classes, t->argmax, t->others);
    mpfr_log1p(t->log_total, t->others, MPFR_RNDN);
    mpfr_add_ui(t->total, t->others, 1, MPFR_RNDN);
}

/* -log p of a logit, to t->x. */
static void negative_log_p(truth *t, float logit)
{
    mpfr_set_flt(t->x, logit, MPFR_RNDN);
    mpfr_sub(t->x, t->maximum, t->x, MPFR_RNDN);
    mpfr_div(t->x, t->x, t->temperature, MPFR_RNDN);
    mpfr_add(t->x, t->x, t->log_total, MPFR_RNDN);
}

/* --- Errors --------------------------------------------------------------- */

/* The spacing of floats at x, as a power of two. */
static long spacing_exponent(const mpfr_t x)
{
    if (!mpfr_regular_p(x) || mpfr_get_exp(x) - 24 < -149)
        return -149;
    return mpfr_get_exp(x) - 24;
}

/* In units of 2^spacing. Changes t->y. */
static double error_of(truth *t, float result, const mpfr_t true_value, long spacing, double allowed)
{
    mpfr_set_flt(t->y, FLT_MAX, MPFR_RNDN);
    if (mpfr_cmpabs(true_value, t->y) > 0)
        return isinf(result) && (result > 0) == (mpfr_sgn(true_value) > 0) ? 0 : (double)INFINITY;
    if (!isfinite(result))
        return (double)INFINITY;
    mpfr_set_flt(t->y, result, MPFR_RNDN);
    mpfr_sub(t->y, t->y, true_value, MPFR_RNDN);
    double error = fabs(mpfr_get_d(t->y, MPFR_RNDN)) - allowed;
    return error > 0 ? ldexp(error, (int)-spacing) : 0;
}

static void raise_to(double *worst, double error)
{
    *worst = error > *worst ? error : *worst;
}

static double error_in_ulp(truth *t, float result, const mpfr_t true_value)
{
    return error_of(t, result, true_value, spacing_exponent(true_value), 0);
}

static void measure_shares(truth *t, size_t classes, const float *z, const float *p, const float *log_p,
                           float log_sum_exp, softmax_errors *errors)
{
    for (size_t i = 0; i < classes; i++) {
        mpfr_div(t->x, t->e[i], t->total, MPFR_RNDN);
        raise_to(&errors->p, error_in_ulp(t, p[i], t->x));
        negative_log_p(t, z[i]);
        mpfr_neg(t->x, t->x, MPFR_RNDN);
        raise_to(&errors->log_p, error_in_ulp(t, log_p[i], t->x));
    }
    mpfr_div(t->x, t->maximum, t->temperature, MPFR_RNDN);
    mpfr_add(t->x, t->x, t->log_total, MPFR_RNDN);
    raise_to(&errors->log_sum_exp, error_of(t, log_sum_exp, t->x, spacing_exponent(t->x), 0x1p-24));
}

static void measure_label(truth *t, size_t classes, const float *z, size_t label, float loss, const float *dz,
                          softmax_errors *errors)
{
    negative_log_p(t, z[label]);
    raise_to(&errors->loss, error_in_ulp(t, loss, t->x));
    sum_without(t, classes, label, t->others);
    for (size_t i = 0; i < classes; i++) {
        if (i == label)
            mpfr_neg(t->x, t->others, MPFR_RNDN);
        else
            mpfr_set(t->x, t->e[i], MPFR_RNDN);
        mpfr_div(t->x, t->x, t->total, MPFR_RNDN);
        mpfr_div(t->x, t->x, t->temperature, MPFR_RNDN);
        raise_to(i == label ? &errors->dz_target : &errors->dz_others, error_in_ulp(t, dz[i], t->x));
    }
}

static void measure_soft(truth *t, size_t classes, const float *z, const float *y, float loss,
                         const float *dz, softmax_errors *errors)
{
    mpfr_t sum, true_loss, share;
    mpfr_inits2(BITS, sum, true_loss, share, (mpfr_ptr)0);
    mpfr_set_zero(sum, 1);
    mpfr_set_zero(true_loss, 1);
    for (size_t i = 0; i < classes; i++) {
        if (y[i] == 0)
            continue;
        mpfr_set_flt(share, y[i], MPFR_RNDN);
        mpfr_add(sum, sum, share, MPFR_RNDN);
        negative_log_p(t, z[i]);
        mpfr_fma(true_loss, t->x, share, true_loss, MPFR_RNDN);
    }
    raise_to(&errors->soft_loss, error_in_ulp(t, loss, true_loss));
    for (size_t i = 0; i < classes; i++) {
        mpfr_set_flt(share, y[i], MPFR_RNDN);
        mpfr_div(t->x, t->e[i], t->total, MPFR_RNDN);
        if (mpfr_cmp_ui(sum, 1) <= 0)
            mpfr_max(t->others, t->x, share, MPFR_RNDN);
        mpfr_mul(t->x, t->x, sum, MPFR_RNDN);
        if (mpfr_cmp_ui(sum, 1) > 0)
            mpfr_max(t->others, t->x, share, MPFR_RNDN);
        mpfr_div(t->others, t->others, t->temperature, MPFR_RNDN);
        mpfr_sub(t->x, t->x, share, MPFR_RNDN);
        mpfr_div(t->x, t->x, t->temperature, MPFR_RNDN);
        raise_to(&errors->soft_dz, error_of(t, dz[i], t->x, spacing_exponent(t->others), 0));
    }
    mpfr_clears(sum, true_loss, share, (mpfr_ptr)0);
}

void softmax_measure(const softmax_rows *batch, const softmax_results *results, softmax_errors *errors)
{
    size_t n = batch->classes;
    truth t;
    if (!begin_truth(&t, n, batch->temperature)) {
        errors->p = (double)INFINITY;
        return;
    }
    for (size_t r = 0; r < batch->rows; r++) {
        const float *z = batch->z + r * n; /* [classes], as all below */
        find_truth(&t, n, z);
        measure_shares(&t, n, z, results->p + r * n, results->log_p + r * n, results->log_sum_exp[r], errors);
        measure_label(&t, n, z, (size_t)batch->labels[r], results->loss[r], results->dz + r * n, errors);
        measure_soft(&t, n, z, batch->y + r * n, results->soft_loss[r], results->soft_dz + r * n, errors);
    }
    errors->rows += batch->rows;
    end_truth(&t, n);
}
