#include "gradcheck/explain.h"

#include "gradcheck/jacobian.h"
#include "kernels/softmax_row.h"
#include "losses/losses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The same row in the precision's own numbers. */
typedef struct row_of_reals {
    size_t classes;
    pmy_real *z, *y, *p, *dloss_dp, *chain; /* [classes] */
    pmy_real *jacobian;                     /* [classes, classes] */
    pmy_accum *exponential;                 /* [classes] */
} row_of_reals;

static bool take_row(row_of_reals *own, size_t classes)
{
    *own = (row_of_reals){.classes = classes};
    own->z = calloc(classes * (classes + 5), sizeof *own->z);
    own->exponential = calloc(classes, sizeof *own->exponential);
    if (!own->z || !own->exponential)
        return false;
    own->y = own->z + classes;
    own->p = own->y + classes;
    own->dloss_dp = own->p + classes;
    own->chain = own->dloss_dp + classes;
    own->jacobian = own->chain + classes;
    return true;
}

static void free_row(row_of_reals *own)
{
    free(own->z);
    free(own->exponential);
}

static pmy_status read_row(const pmy_explanation *row, row_of_reals *own, pmy_error *error)
{
    for (size_t i = 0; i < own->classes; i++) {
        own->z[i] = (pmy_real)row->z[i];
        own->y[i] = (pmy_real)row->y[i];
        if (isfinite(row->z[i]) && !isfinite((double)own->z[i]))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "logit %zu, %g, is too large for a float", i, row->z[i]);
    }
    return PMY_OK;
}

static void forward(pmy_explanation *row, row_of_reals *own, const pmy_softmax_row *softmax)
{
    pmy_accum temperature = (pmy_accum)row->temperature;
    for (size_t i = 0; i < own->classes; i++) {
        pmy_accum z = (pmy_accum)own->z[i];
        own->p[i] = (pmy_real)(own->exponential[i] / (1 + softmax->rest));
        row->z[i] = (double)z;
        row->y[i] = (double)own->y[i];
        row->scaled[i] = (double)(pmy_real)(z / temperature);
        row->shifted[i] = (double)(pmy_real)((z - (pmy_accum)softmax->maximum) / temperature);
        row->exponential[i] = (double)(pmy_real)own->exponential[i];
        row->p[i] = (double)own->p[i];
        row->log_p[i] = 0 - (double)(pmy_real)pmy_negative_log_probability(softmax, own->z[i], temperature);
    }
    row->sum = (double)(pmy_real)(1 + softmax->rest);
    row->log_sum_exp = (double)(pmy_real)((pmy_accum)softmax->maximum / temperature + softmax->log1p_rest);
}

/* log Σ exp(z/T) and −log(exp(z/T)/Σ exp(z/T)) as they stand, overflow and all. */
static void forward_naively(pmy_explanation *row)
{
    pmy_real sum = 0;
    for (size_t i = 0; i < row->classes; i++) {
        pmy_real exponential = pmy_real_exp((pmy_real)row->scaled[i]);
        row->naive_exponential[i] = (double)exponential;
        sum += exponential;
    }
    row->naive_sum = (double)sum;
    row->naive_log_sum_exp = (double)pmy_real_log(sum);
    for (size_t i = 0; i < row->classes; i++)
        row->naive_negative_log_p[i] = (double)-pmy_real_log((pmy_real)row->naive_exponential[i] / sum);
}

/* Forward and backward of softmax_xent, as in training. */
static pmy_status run_fused(pmy_explanation *row, const row_of_reals *own, pmy_error *error)
{
    pmy_graph *graph = pmy_graph_new(NULL, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory");
    pmy_node *z = pmy_input(graph, PMY_SHAPE(1, own->classes));
    pmy_want_gradient(z);
    pmy_node *target = row->soft ? pmy_input(graph, PMY_SHAPE(1, own->classes)) : pmy_labels(graph, 1);
    pmy_softmax_xent_options options = {.temperature = row->temperature};
    pmy_node *loss = pmy_softmax_xent(graph, z, target, &options);
    pmy_status status = pmy_build(graph, loss, error);
    if (status == PMY_OK) {
        memcpy(pmy_value(z).data, own->z, own->classes * sizeof *own->z);
        if (row->soft)
            memcpy(pmy_value(target).data, own->y, own->classes * sizeof *own->y);
        else
            *pmy_integer_data(target) = row->target < INT32_MAX ? (int32_t)row->target : INT32_MAX;
        status = pmy_forward(graph, PMY_TRAIN, error);
    }
    if (status == PMY_OK) {
        pmy_backward(graph);
        row->loss = (double)pmy_item(loss);
        for (size_t i = 0; i < own->classes; i++)
            row->fused[i] = (double)pmy_gradient(z).data[i];
    }
    pmy_graph_free(graph);
    return status;
}

static void long_way(pmy_explanation *row, row_of_reals *own)
{
    size_t n = own->classes;
    pmy_cross_entropy_slope(n, own->y, own->p, own->dloss_dp);
    pmy_softmax_jacobian(n, own->p, (pmy_real)row->temperature, own->jacobian);
    pmy_jacobian_apply(n, own->jacobian, own->dloss_dp, own->chain);
    for (size_t i = 0; i < n; i++) {
        row->dloss_dp[i] = (double)own->dloss_dp[i];
        row->chain[i] = (double)own->chain[i];
        row->steps[i] = pmy_explanation_ulps(row, row->chain[i], row->fused[i]);
    }
    for (size_t i = 0; i < n * n; i++)
        row->jacobian[i] = (double)own->jacobian[i];
}

/* The largest |(z − max)/T| whose exponential is not 0: what an error of the argument does to it. */
static double longest_exponent(const pmy_explanation *row)
{
    double longest = 0;
    for (size_t i = 0; i < row->classes; i++)
        if (row->exponential[i] > 0)
            longest = fmax(longest, -row->shifted[i]);
    return longest;
}

/* Two roundings before exp, a few in exp, one for each term of the sum; then that of the result. */
static void set_bounds(pmy_explanation *row)
{
    bool narrow = row->precision == PMY_NUMBER_FLOAT;
    double count = (double)row->classes;
    row->unit_roundoff = (narrow ? (double)FLT_EPSILON : DBL_EPSILON) / 2;
    row->relative_error = (2 * longest_exponent(row) + 2 * count + 24) * 0x1p-53 + row->unit_roundoff;
    row->smallest_spacing = narrow ? (double)nextafterf(0, 1) : nextafter(0, 1);
}

static bool misses(const pmy_explanation *row)
{
    double largest = 0;
    for (size_t i = 0; i < row->classes; i++)
        largest = fmax(largest, fabs(row->fused[i]));
    for (size_t i = 0; i < row->classes; i++)
        if (!(fabs(row->chain[i] - row->fused[i]) <= 1e-3 * largest))
            return true;
    return false;
}

static pmy_status run_both_ways(pmy_explanation *row, row_of_reals *own, pmy_error *error)
{
    pmy_status status = read_row(row, own, error);
    if (status != PMY_OK)
        return status;
    pmy_softmax_row softmax;
    pmy_row_fault fault = pmy_softmax_exponentials(own->classes, own->z, (pmy_accum)row->temperature,
                                                   own->exponential, &softmax);
    if (fault != PMY_ROW_FINE)
        return pmy_fail(error, PMY_BAD_DATA, "%s", pmy_row_fault_text(fault));
    forward(row, own, &softmax);
    forward_naively(row);
    status = run_fused(row, own, error);
    if (status != PMY_OK)
        return status;
    long_way(row, own);
    row->breaks = misses(row);
    set_bounds(row);
    return PMY_OK;
}

pmy_status pmy_explain(pmy_explanation *row, pmy_error *error)
{
    pmy_status status = pmy_explanation_check(row, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; !row->soft && i < row->classes; i++)
        row->y[i] = i == row->target;
    row->precision = PMY_SCALAR == 32 ? PMY_NUMBER_FLOAT : PMY_NUMBER_DOUBLE;
    row_of_reals own;
    if (take_row(&own, row->classes))
        status = run_both_ways(row, &own, error);
    else
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu classes", row->classes);
    free_row(&own);
    return status;
}
