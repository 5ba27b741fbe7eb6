/* derivation_run in one precision: included once for each, by a file that defines NAME(x) as the
 * library's pmy_x in that precision, and what differs in the standard library. */
#include "softmax/derivation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The same row in the precision's own numbers. */
typedef struct row_of_reals {
    size_t classes;
    NAME(real) * z, *y, *p, *dloss_dp, *chain; /* [classes] */
    NAME(real) * jacobian;                     /* [classes, classes] */
    NAME(accum) * exponential;                 /* [classes] */
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

static pmy_status read_row(const derivation *row, row_of_reals *own, pmy_error *error)
{
    for (size_t i = 0; i < own->classes; i++) {
        own->z[i] = (NAME(real))row->z[i];
        own->y[i] = (NAME(real))row->y[i];
        if (isfinite(row->z[i]) && !isfinite((double)own->z[i]))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "logit %zu, %g, is too large for a float", i, row->z[i]);
    }
    return PMY_OK;
}

static void forward(derivation *row, row_of_reals *own, const NAME(softmax_row) * softmax)
{
    NAME(accum) temperature = (NAME(accum))row->temperature;
    for (size_t i = 0; i < own->classes; i++) {
        NAME(accum) z = (NAME(accum))own->z[i];
        own->p[i] = (NAME(real))(own->exponential[i] / (1 + softmax->rest));
        row->z[i] = (double)z;
        row->y[i] = (double)own->y[i];
        row->scaled[i] = (double)(NAME(real))(z / temperature);
        row->shifted[i] = (double)(NAME(real))((z - (NAME(accum))softmax->maximum) / temperature);
        row->exponential[i] = (double)(NAME(real))own->exponential[i];
        row->p[i] = (double)own->p[i];
        row->log_p[i] = 0 - (double)(NAME(real))NAME(negative_log_probability)(softmax, own->z[i], temperature);
    }
    row->sum = (double)(NAME(real))(1 + softmax->rest);
    row->log_sum_exp =
        (double)(NAME(real))((NAME(accum))softmax->maximum / temperature + softmax->log1p_rest);
}

/* log Σ exp(z/T) and −log(exp(z/T)/Σ exp(z/T)) as they stand, overflow and all. */
static void forward_naively(derivation *row)
{
    NAME(real) sum = NAME(exp)((NAME(real))row->scaled[0]);
    for (size_t i = 1; i < row->classes; i++)
        sum += NAME(exp)((NAME(real))row->scaled[i]);
    row->naive_log_sum_exp = (double)NAME(log)(sum);
    for (size_t i = 0; i < row->classes; i++)
        row->naive_negative_log_p[i] = (double)-NAME(log)(NAME(exp)((NAME(real))row->scaled[i]) / sum);
}

/* Forward and backward of softmax_xent, as in training. */
static pmy_status run_fused(derivation *row, const row_of_reals *own, pmy_error *error)
{
    NAME(graph) *graph = NAME(graph_new)(NULL, 0);
    if (!graph)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory");
    NAME(node) *z = NAME(input)(graph, PMY_SHAPE(1, own->classes));
    NAME(want_gradient)(z);
    NAME(node) *target = row->soft ? NAME(input)(graph, PMY_SHAPE(1, own->classes)) : NAME(labels)(graph, 1);
    NAME(softmax_xent_options) options = {.temperature = row->temperature};
    NAME(node) *loss = NAME(softmax_xent)(graph, z, target, &options);
    pmy_status status = NAME(build)(graph, loss, error);
    if (status == PMY_OK) {
        memcpy(NAME(value)(z).data, own->z, own->classes * sizeof *own->z);
        if (row->soft)
            memcpy(NAME(value)(target).data, own->y, own->classes * sizeof *own->y);
        else
            *NAME(integer_data)(target) = (int32_t)row->target;
        status = NAME(forward)(graph, MODE_TRAIN, error);
    }
    if (status == PMY_OK) {
        NAME(backward)(graph);
        row->loss = (double)NAME(item)(loss);
        for (size_t i = 0; i < own->classes; i++)
            row->fused[i] = (double)NAME(gradient)(z).data[i];
    }
    NAME(graph_free)(graph);
    return status;
}

/* Units in the last place between two numbers: of the second, in this precision. */
static double steps_between(NAME(real) a, NAME(real) b)
{
    if (a == b)
        return 0;
    NAME(real) size = b < 0 ? -b : b;
    return fabs((double)a - (double)b) / ((double)NEXTAFTER(size, (NAME(real))INFINITY) - (double)size);
}

static void long_way(derivation *row, row_of_reals *own)
{
    size_t n = own->classes;
    NAME(cross_entropy_slope)(n, own->y, own->p, own->dloss_dp);
    NAME(softmax_jacobian)(n, own->p, (NAME(real))row->temperature, own->jacobian);
    NAME(jacobian_apply)(n, own->jacobian, own->dloss_dp, own->chain);
    for (size_t i = 0; i < n; i++) {
        row->dloss_dp[i] = (double)own->dloss_dp[i];
        row->chain[i] = (double)own->chain[i];
        row->steps[i] = steps_between(own->chain[i], (NAME(real))row->fused[i]);
    }
    for (size_t i = 0; i < n * n; i++)
        row->jacobian[i] = (double)own->jacobian[i];
}

/* The largest |(z − max)/T| whose exponential is not 0: what an error of the argument does to it. */
static double longest_exponent(const derivation *row)
{
    double longest = 0;
    for (size_t i = 0; i < row->classes; i++)
        if (row->exponential[i] > 0)
            longest = fmax(longest, -row->shifted[i]);
    return longest;
}

static pmy_status run_both_ways(derivation *row, row_of_reals *own, pmy_error *error)
{
    pmy_status status = read_row(row, own, error);
    if (status != PMY_OK)
        return status;
    NAME(softmax_row) softmax;
    NAME(row_fault)
    fault = NAME(softmax_exponentials)(own->classes, own->z, (NAME(accum))row->temperature, own->exponential,
                                       &softmax);
    if (fault != ROW_FINE)
        return pmy_fail(error, PMY_BAD_DATA, "%s", NAME(row_fault_text)(fault));
    forward(row, own, &softmax);
    forward_naively(row);
    status = run_fused(row, own, error);
    if (status != PMY_OK)
        return status;
    long_way(row, own);
    /* Two roundings before exp, a few in exp, one for each term of the sum; then that of the result. */
    double count = (double)own->classes;
    row->relative_error = (2 * longest_exponent(row) + 2 * count + 24) * 0x1p-53 + UNIT_ROUNDOFF;
    row->unit_roundoff = UNIT_ROUNDOFF;
    row->smallest_spacing = SMALLEST;
    return PMY_OK;
}

static pmy_status derive(derivation *row, pmy_error *error)
{
    row_of_reals own;
    pmy_status status = PMY_NO_MEMORY;
    if (take_row(&own, row->classes))
        status = run_both_ways(row, &own, error);
    else
        (void)pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu classes", row->classes);
    free_row(&own);
    return status;
}
