#include "softmax/derivation.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS_OF_CLASSES = 12 };

bool derivation_new(derivation *row, size_t classes)
{
    double *place = calloc(classes * (classes + ROWS_OF_CLASSES), sizeof *place);
    *row = (derivation){.classes = classes, .temperature = 1, .z = place};
    if (!place)
        return false;
    double **const array[ROWS_OF_CLASSES] = {
        &row->z,           &row->y,     &row->scaled, &row->shifted,
        &row->exponential, &row->p,     &row->log_p,  &row->naive_negative_log_p,
        &row->dloss_dp,    &row->chain, &row->fused,  &row->steps};
    for (size_t i = 0; i < ROWS_OF_CLASSES; i++, place += classes)
        *array[i] = place;
    row->jacobian = place;
    return true;
}

void derivation_free(derivation *row)
{
    free(row->z);
}

pmy_status derivation_run(derivation *row, pmy_error *error)
{
    if (!row->soft) {
        for (size_t i = 0; i < row->classes; i++)
            row->y[i] = i == row->target;
    }
    return row->in_float ? pmy_derivation_run(row, error) : pmy64_derivation_run(row, error);
}

double derivation_error(const derivation *row, double value)
{
    return fabs(value) * row->relative_error + row->smallest_spacing;
}

/* −y/p as a rounded p gives it. */
double derivation_slope_error(const derivation *row, size_t i)
{
    if (row->p[i] == 0)
        return 0;
    double of_p = derivation_error(row, row->p[i]) / row->p[i];
    return derivation_error(row, row->dloss_dp[i]) + of_p * fabs(row->dloss_dp[i]);
}

/* p_i p_j off the diagonal, and p_i times the sum of the other p on it: terms of one sign, each with the
 * error of its p, and a rounding for each. */
double derivation_jacobian_error(const derivation *row, size_t i, size_t j)
{
    double other = 0, other_error = 0;
    for (size_t k = 0; k < row->classes; k++) {
        if (i == j ? k == i : k != j)
            continue;
        other += row->p[k];
        other_error += derivation_error(row, row->p[k]);
    }
    double error = row->p[i] * other_error + derivation_error(row, row->p[i]) * (other + other_error);
    double roundings = ((double)row->classes + 3) * row->unit_roundoff * row->p[i] * other;
    return (error + roundings) / row->temperature + row->smallest_spacing;
}

/* Of a row that is not soft, the target's element is computed from the others, without a difference. */
double derivation_fused_error(const derivation *row, size_t i)
{
    if (!row->soft)
        return derivation_error(row, row->fused[i]);
    double total = 0;
    for (size_t k = 0; k < row->classes; k++)
        total += row->y[k];
    return derivation_error(row, (row->p[i] * total + row->y[i]) / row->temperature);
}

double derivation_log_sum_exp_error(const derivation *row)
{
    double largest = row->scaled[0];
    for (size_t i = 1; i < row->classes; i++)
        largest = fmax(largest, row->scaled[i]);
    return derivation_error(row, fabs(largest) + log(row->sum));
}
