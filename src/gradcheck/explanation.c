#include "gradcheck/explanation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_OF_CLASSES = 13 };

pmy_status pmy_explanation_new(size_t classes, pmy_explanation *row, pmy_error *error)
{
    *row = (pmy_explanation){.classes = classes, .temperature = 1};
    if (classes < 1 || classes > PMY_EXPLANATION_CLASSES)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu classes: there can be 1 to %d", classes,
                        PMY_EXPLANATION_CLASSES);
    double *place = calloc(classes * (classes + ROWS_OF_CLASSES), sizeof *place);
    if (!place)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for %zu classes", classes);
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
    return PMY_OK;
}

void pmy_explanation_free(pmy_explanation *row)
{
    free(row->z);
}

void pmy_explanation_copy(pmy_explanation *row, const pmy_explanation *from)
{
    memcpy(row->z, from->z, row->classes * sizeof *row->z);
    memcpy(row->y, from->y, row->classes * sizeof *row->y);
    row->temperature = from->temperature;
    row->soft = from->soft;
    row->target = from->target;
}

/* --- What a row may be ---------------------------------------------------- */

static pmy_status check_range(double value, const char *what, double least, double most, pmy_error *error)
{
    if (value >= least && value <= most)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%s must be a number between %s and %s", what,
                    pmy_number_print(least, PMY_NUMBER_DOUBLE).text,
                    pmy_number_print(most, PMY_NUMBER_DOUBLE).text);
}

static pmy_status check_share(const pmy_explanation *row, size_t i, pmy_error *error)
{
    enum { LONGEST = 64 };
    char what[LONGEST];
    (void)snprintf(what, sizeof what, "share %zu:", i);
    pmy_status status = check_range(row->y[i], what, 0, PMY_EXPLANATION_MOST_SHARE, error);
    if (status == PMY_OK && row->y[i] > 0 && row->y[i] < PMY_EXPLANATION_LEAST_SHARE)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "share %zu: a share is 0 or at least %g", i,
                        PMY_EXPLANATION_LEAST_SHARE);
    if (status == PMY_OK && row->y[i] > 0 && isinf(row->z[i]))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "class %zu is masked by its logit of -inf and cannot have a share", i);
    return status;
}

static pmy_status check_target(const pmy_explanation *row, pmy_error *error)
{
    if (row->soft) {
        pmy_status status = PMY_OK;
        double sum = 0;
        for (size_t i = 0; status == PMY_OK && i < row->classes; i++) {
            status = check_share(row, i, error);
            sum += row->y[i];
        }
        if (status == PMY_OK && sum == 0)
            return pmy_fail(error, PMY_BAD_ARGUMENT, "all shares are 0, so there is nothing to learn");
        return status;
    }
    if (row->target < row->classes && isinf(row->z[row->target]))
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "class %zu is masked by its logit of -inf and cannot be the target", row->target);
    return PMY_OK;
}

pmy_status pmy_explanation_check(const pmy_explanation *row, pmy_error *error)
{
    pmy_status status = check_range(row->temperature, "the temperature", PMY_EXPLANATION_LEAST_TEMPERATURE,
                                    PMY_EXPLANATION_MOST_TEMPERATURE, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; i < row->classes; i++)
        if (!(row->z[i] <= DBL_MAX))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "logit %zu: must be a finite number or -inf", i);
    return check_target(row, error);
}

/* --- What is said of a row that is explained ------------------------------ */

const char *pmy_explanation_formula(const pmy_explanation *row)
{
    double sum = 0;
    for (size_t i = 0; i < row->classes; i++)
        sum += row->y[i];
    return !row->soft || fabs(sum - 1) < 1e-6 ? "(p - y)/T" : "(p sum(y) - y)/T";
}

/* From the number of the row's precision that is nearest to x to the next larger one. */
static double spacing(const pmy_explanation *row, double x)
{
    if (row->precision == PMY_NUMBER_DOUBLE)
        return nextafter(x, (double)INFINITY) - x;
    return (double)nextafterf((float)x, INFINITY) - (double)(float)x;
}

double pmy_explanation_ulps(const pmy_explanation *row, double value, double truth)
{
    return value == truth ? 0 : fabs(value - truth) / spacing(row, fabs(truth));
}

double pmy_explanation_error(const pmy_explanation *row, double value)
{
    return fabs(value) * row->relative_error + row->smallest_spacing;
}

double pmy_explanation_scaled_error(const pmy_explanation *row, size_t i)
{
    return row->temperature == 1 ? 0 : pmy_explanation_error(row, row->scaled[i]);
}

double pmy_explanation_shifted_error(const pmy_explanation *row, size_t i)
{
    return row->shifted[i] == 0 ? 0 : pmy_explanation_error(row, row->shifted[i]);
}

/* −y/p as a rounded p gives it. */
double pmy_explanation_slope_error(const pmy_explanation *row, size_t i)
{
    if (row->p[i] == 0)
        return 0;
    double of_p = pmy_explanation_error(row, row->p[i]) / row->p[i];
    return pmy_explanation_error(row, row->dloss_dp[i]) + of_p * fabs(row->dloss_dp[i]);
}

/* p_i p_j off the diagonal, and p_i times the sum of the other p on it: terms of one sign, each with the
 * error of its p, and a rounding for each. */
double pmy_explanation_jacobian_error(const pmy_explanation *row, size_t i, size_t j)
{
    double other = 0, other_error = 0;
    for (size_t k = 0; k < row->classes; k++) {
        if (i == j ? k == i : k != j)
            continue;
        other += row->p[k];
        other_error += pmy_explanation_error(row, row->p[k]);
    }
    double error = row->p[i] * other_error + pmy_explanation_error(row, row->p[i]) * (other + other_error);
    double roundings = ((double)row->classes + 3) * row->unit_roundoff * row->p[i] * other;
    return (error + roundings) / row->temperature + row->smallest_spacing;
}

/* Of a row that is not soft, the target's element is computed from the others, without a difference. */
double pmy_explanation_fused_error(const pmy_explanation *row, size_t i)
{
    if (!row->soft)
        return pmy_explanation_error(row, row->fused[i]);
    double total = 0;
    for (size_t k = 0; k < row->classes; k++)
        total += row->y[k];
    return pmy_explanation_error(row, (row->p[i] * total + row->y[i]) / row->temperature);
}

double pmy_explanation_log_sum_exp_error(const pmy_explanation *row)
{
    double largest = row->scaled[0];
    for (size_t i = 1; i < row->classes; i++)
        largest = fmax(largest, row->scaled[i]);
    return pmy_explanation_error(row, fabs(largest) + log(row->sum));
}
