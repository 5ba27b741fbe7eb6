#include "softmax/breakdown.h"

#include "softmax/figure.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

static const char *precision_of(const pmy_explanation *row)
{
    return row->precision == PMY_NUMBER_FLOAT ? "float" : "double";
}

static double largest_number(const pmy_explanation *row)
{
    return row->precision == PMY_NUMBER_FLOAT ? (double)FLT_MAX : DBL_MAX;
}

const char *breakdown_reason(const pmy_explanation *row, char text[BREAKDOWN_TEXT])
{
    char p[FIGURE_TEXT];
    const char *precision = precision_of(row);
    size_t at = row->classes;
    for (size_t i = 0; i < row->classes; i++)
        if (row->y[i] > 0 && (at == row->classes || row->p[i] < row->p[at]))
            at = i;
    if (row->p[at] == 0)
        (void)snprintf(
            text, BREAKDOWN_TEXT,
            "The long way breaks here: p[%zu] is below the smallest %s and becomes 0, -y/p becomes "
            "infinite, and 0 times infinity is not a number. (p - y)/T divides by no p.",
            at, precision);
    else if (isinf(row->dloss_dp[at]))
        (void)snprintf(text, BREAKDOWN_TEXT,
                       "The long way breaks here: p[%zu] = %s is so close to the smallest %s that -y/p "
                       "overflows. (p - y)/T divides by no p.",
                       at, figure_text(row->p[at], pmy_explanation_error(row, row->p[at]), p), precision);
    else
        (void)snprintf(text, BREAKDOWN_TEXT,
                       "The long way breaks here: a number on it is too large or too small for a %s.",
                       precision);
    return text;
}

const char *breakdown_of_naive(const pmy_explanation *row, char text[BREAKDOWN_TEXT])
{
    char exponent[FIGURE_TEXT], limit[FIGURE_TEXT];
    size_t at = 0;
    for (size_t i = 1; i < row->classes; i++)
        if (row->scaled[i] > row->scaled[at])
            at = i;
    (void)figure_text(row->scaled[at], 0, exponent);
    (void)figure_text(largest_number(row), 0, limit);
    if (row->naive_log_sum_exp > row->log_sum_exp && isinf(row->naive_log_sum_exp))
        (void)snprintf(
            text, BREAKDOWN_TEXT,
            "The naive log-sum-exp overflows here: the exponentials of z/T, with z[%zu]/T = %s, pass "
            "the largest %s, %s, and the logarithm of infinity is infinite. With the maximum "
            "subtracted first no exponent is above 0.",
            at, exponent, precision_of(row), limit);
    else if (isinf(row->naive_log_sum_exp))
        (void)snprintf(
            text, BREAKDOWN_TEXT,
            "The naive log-sum-exp breaks here: even the largest exponential, of z[%zu]/T = %s, is "
            "below the smallest %s and becomes 0, and log 0 is -inf. With the maximum subtracted first "
            "the largest exponential is 1.",
            at, exponent, precision_of(row));
    else
        return NULL;
    return text;
}

const char *breakdown_limits(const pmy_explanation *row, char text[BREAKDOWN_TEXT])
{
    double smallest = row->smallest_spacing;
    char over[FIGURE_TEXT], under[FIGURE_TEXT], slope[FIGURE_TEXT];
    (void)snprintf(
        text, BREAKDOWN_TEXT,
        "In %s, exp(x) overflows where x is above %s and becomes 0 where x is below %s; 1/p overflows "
        "where p is below %s.",
        precision_of(row), figure_text(log(largest_number(row)), 0, over),
        figure_text(log(smallest) - log(2), 0, under), figure_text(1 / largest_number(row), 0, slope));
    return text;
}
