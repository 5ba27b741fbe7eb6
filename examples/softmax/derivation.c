#include "softmax/derivation.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

const number_range derivation_temperatures = {.minimum = (double)FLT_MIN, .maximum = (double)FLT_MAX};
const number_range derivation_logits = {.minimum = -(double)INFINITY, .maximum = DBL_MAX};
const number_range derivation_shares = {.minimum = 0, .maximum = 1e6};

enum { ROWS_OF_CLASSES = 13 };

bool derivation_new(derivation *row, size_t classes)
{
    double *place = calloc(classes * (classes + ROWS_OF_CLASSES), sizeof *place);
    *row = (derivation){.classes = classes, .temperature = 1, .z = place};
    if (!place)
        return false;
    double **const array[ROWS_OF_CLASSES] = {&row->z,
                                             &row->y,
                                             &row->scaled,
                                             &row->shifted,
                                             &row->exponential,
                                             &row->p,
                                             &row->log_p,
                                             &row->naive_exponential,
                                             &row->naive_negative_log_p,
                                             &row->dloss_dp,
                                             &row->chain,
                                             &row->fused,
                                             &row->steps};
    for (size_t i = 0; i < ROWS_OF_CLASSES; i++, place += classes)
        *array[i] = place;
    row->jacobian = place;
    return true;
}

void derivation_free(derivation *row)
{
    free(row->z);
}

static pmy_status check_number(double value, const char *what, size_t i, const number_range *range,
                               pmy_error *error)
{
    char text[NUMBER_RANGE_TEXT];
    if (number_in_range(value, range))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s %zu: must be %s", what, i, number_range_text(range, text));
}

static pmy_status check_share(const derivation *row, size_t i, pmy_error *error)
{
    pmy_status status = check_number(row->y[i], "share", i, &derivation_shares, error);
    if (status == PMY_OK && row->y[i] > 0 && row->y[i] < DERIVATION_LEAST_SHARE)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "share %zu: a share is 0 or at least %g", i,
                        DERIVATION_LEAST_SHARE);
    if (status == PMY_OK && row->y[i] > 0 && isinf(row->z[i]))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "class %zu is masked by its logit of -inf and cannot have a share", i);
    return status;
}

pmy_status derivation_check(const derivation *row, pmy_error *error)
{
    char text[NUMBER_RANGE_TEXT];
    if (!number_in_range(row->temperature, &derivation_temperatures))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature must be %s",
                        number_range_text(&derivation_temperatures, text));
    pmy_status status = PMY_OK;
    double sum = 0;
    for (size_t i = 0; status == PMY_OK && i < row->classes; i++)
        status = check_number(row->z[i], "logit", i, &derivation_logits, error);
    for (size_t i = 0; status == PMY_OK && row->soft && i < row->classes; i++) {
        status = check_share(row, i, error);
        sum += row->y[i];
    }
    if (status != PMY_OK)
        return status;
    if (row->soft && sum == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "all shares are 0, so there is nothing to learn");
    if (!row->soft && row->target < row->classes && isinf(row->z[row->target]))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "class %zu is masked by its logit of -inf and cannot be the target", row->target);
    return PMY_OK;
}

pmy_status derivation_run(derivation *row, pmy_error *error)
{
    if (!row->soft) {
        for (size_t i = 0; i < row->classes; i++)
            row->y[i] = i == row->target;
    }
    return row->in_float ? pmy_derivation_run(row, error) : pmy64_derivation_run(row, error);
}

const char *derivation_fused_formula(const derivation *row)
{
    double sum = 0;
    for (size_t i = 0; i < row->classes; i++)
        sum += row->y[i];
    return !row->soft || fabs(sum - 1) < 1e-6 ? "(p - y)/T" : "(p sum(y) - y)/T";
}

double derivation_ulps(const derivation *row, double value, double truth)
{
    return row->in_float ? pmy_derivation_ulps(value, truth) : pmy64_derivation_ulps(value, truth);
}

double derivation_error(const derivation *row, double value)
{
    return fabs(value) * row->relative_error + row->smallest_spacing;
}

double derivation_scaled_error(const derivation *row, size_t i)
{
    return row->temperature == 1 ? 0 : derivation_error(row, row->scaled[i]);
}

double derivation_shifted_error(const derivation *row, size_t i)
{
    return row->shifted[i] == 0 ? 0 : derivation_error(row, row->shifted[i]);
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
