#include "page/softmax_formula.h"

#include <stdio.h>

const char *softmax_operand(double value, char text[FIGURE_TEXT + 2])
{
    (void)snprintf(text, FIGURE_TEXT + 2, value < 0 ? "(%s)" : "%s", GIVEN(value));
    return text;
}

size_t softmax_largest_logit(const pmy_explanation *row)
{
    size_t at = 0;
    for (size_t i = 1; i < row->classes; i++)
        if (row->z[i] > row->z[at])
            at = i;
    return at;
}

const char *softmax_sum_text(const pmy_explanation *row, const double *values, size_t left_out,
                             char text[SOFTMAX_TERMS])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->classes && used < SOFTMAX_TERMS; i++)
        if (i != left_out)
            used += (size_t)snprintf(text + used, SOFTMAX_TERMS - used, "%s%s", used ? " + " : "",
                                     NUMBER(values[i]));
    return text;
}

const char *softmax_products_text(const pmy_explanation *row, const double *factors, size_t stride,
                                  const double *weights, char text[SOFTMAX_TERMS])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->classes && used < SOFTMAX_TERMS; i++)
        if (weights[i] != 0)
            used += (size_t)snprintf(text + used, SOFTMAX_TERMS - used, "%s%s·%s", used ? " + " : "",
                                     OPERAND(factors[i * stride]), OPERAND(weights[i]));
    return used ? text : "0";
}
