/* Where the numbers from z to the loss come from. */
#include "page/softmax_formula.h"

#include <string.h>

WORDS(z)
{
    (void)panel;
    origin_say(to, "z[%zu], the logit of class %zu, is given.", i, i);
}

WORDS(temperature)
{
    (void)panel, (void)i;
    origin_say(to, "T, the temperature, divides all logits, and so divides the gradient.");
}

WORDS(y)
{
    ROW;
    if (row->soft)
        origin_say(to, "y[%zu], the target's share of class %zu, is given.", i, i);
    else
        origin_say(to, "y[%zu] = %s, since class %zu is the target.", i, GIVEN(row->y[i]), row->target);
}

ERROR(shifted)
{
    ROW;
    return pmy_explanation_shifted_error(row, i);
}
PARTS(shifted)
{
    ROW;
    origin_part(to, "z", i);
    origin_part(to, "z", softmax_largest_logit(row));
    origin_part(to, "temperature", 0);
}
WORDS(shifted)
{
    ROW;
    origin_say(to, "(z[%zu] - max z)/T", i);
    origin_say(to, "= (%s - %s)/%s", GIVEN(row->z[i]), OPERAND(row->z[softmax_largest_logit(row)]),
               GIVEN(row->temperature));
}

ERROR(exponential)
{
    ROW;
    return pmy_explanation_error(row, row->exponential[i]);
}
PARTS(exponential)
{
    (void)panel;
    origin_part(to, "shifted", i);
}
WORDS(exponential)
{
    ROW;
    origin_say(to, "exp((z[%zu] - max z)/T)", i);
    origin_say(to, "= exp(%s)", FIGURE(row->shifted[i], pmy_explanation_shifted_error(row, i)));
}

ERROR(sum)
{
    ROW;
    (void)i;
    return pmy_explanation_error(row, row->sum);
}
PARTS(sum)
{
    (void)panel, (void)i;
    origin_parts(to, "exponential");
}
WORDS(sum)
{
    ROW;
    (void)i;
    char terms[SOFTMAX_TERMS];
    origin_say(to, "Σ exp((z - max z)/T)");
    origin_say(to, "= %s", softmax_sum_text(row, row->exponential, row->classes, terms));
}

ERROR(p)
{
    ROW;
    return pmy_explanation_error(row, row->p[i]);
}
PARTS(p)
{
    (void)panel;
    origin_part(to, "exponential", i);
    origin_part(to, "sum", 0);
}
WORDS(p)
{
    ROW;
    origin_say(to, "p[%zu] = exp((z[%zu] - max z)/T) / Σ exp((z - max z)/T)", i, i);
    origin_say(to, "= %s / %s", NUMBER(row->exponential[i]), NUMBER(row->sum));
}

ERROR(p_sum)
{
    ROW;
    (void)i;
    return pmy_explanation_error(row, ((const softmax_row *)panel)->p_sum);
}
PARTS(p_sum)
{
    (void)panel, (void)i;
    origin_parts(to, "p");
}
WORDS(p_sum)
{
    ROW;
    (void)i;
    char terms[SOFTMAX_TERMS];
    origin_say(to, "Σ p, which is 1 but for rounding");
    origin_say(to, "= %s", softmax_sum_text(row, row->p, row->classes, terms));
}

ERROR(negative_log_p)
{
    ROW;
    return pmy_explanation_error(row, row->log_p[i]);
}
PARTS(negative_log_p)
{
    (void)panel;
    origin_part(to, "sum", 0);
    origin_part(to, "shifted", i);
}
WORDS(negative_log_p)
{
    ROW;
    char terms[SOFTMAX_TERMS];
    origin_say(to, "-log p[%zu] = log Σ exp((z - max z)/T) - (z[%zu] - max z)/T", i, i);
    origin_say(to, "= log(%s) - (%s)", NUMBER(row->sum),
               FIGURE(row->shifted[i], pmy_explanation_shifted_error(row, i)));
    if (row->classes > 1)
        origin_say(to,
                   "The logarithm is log1p of Σ without the largest's 1, so that a p close to 1 keeps its "
                   "digits: log1p(%s)",
                   softmax_sum_text(row, row->exponential, softmax_largest_logit(row), terms));
}

PARTS(naive_exponential)
{
    (void)panel;
    origin_part(to, "z", i);
    origin_part(to, "temperature", 0);
}
WORDS(naive_exponential)
{
    ROW;
    origin_say(to, "exp(z[%zu]/T), with no maximum subtracted", i);
    origin_say(to, "= exp(%s/%s)", GIVEN(row->z[i]), GIVEN(row->temperature));
}

PARTS(naive_sum)
{
    (void)panel, (void)i;
    origin_parts(to, "naive_exponential");
}
WORDS(naive_sum)
{
    ROW;
    (void)i;
    char terms[SOFTMAX_TERMS];
    origin_say(to, "Σ exp(z/T), with no maximum subtracted");
    origin_say(to, "= %s", softmax_sum_text(row, row->naive_exponential, row->classes, terms));
}

PARTS(naive_negative_log_p)
{
    (void)panel;
    origin_part(to, "naive_exponential", i);
    origin_part(to, "naive_sum", 0);
}
WORDS(naive_negative_log_p)
{
    ROW;
    origin_say(to, "-log(exp(z[%zu]/T) / Σ exp(z/T)), as it stands", i);
    origin_say(to, "= -log(%s / %s)", GIVEN(row->naive_exponential[i]), GIVEN(row->naive_sum));
}

ERROR(log_sum_exp)
{
    ROW;
    (void)i;
    return pmy_explanation_log_sum_exp_error(row);
}
PARTS(log_sum_exp)
{
    ROW;
    (void)i;
    origin_part(to, "z", softmax_largest_logit(row));
    origin_part(to, "temperature", 0);
    origin_part(to, "sum", 0);
}
WORDS(log_sum_exp)
{
    ROW;
    (void)i;
    origin_say(to, "log Σ exp(z/T) = max z/T + log Σ exp((z - max z)/T)");
    origin_say(to, "= %s/%s + log(%s)", GIVEN(row->z[softmax_largest_logit(row)]), GIVEN(row->temperature),
               NUMBER(row->sum));
}

PARTS(naive_log_sum_exp)
{
    (void)panel, (void)i;
    origin_part(to, "naive_sum", 0);
}
WORDS(naive_log_sum_exp)
{
    ROW;
    (void)i;
    origin_say(to, "log Σ exp(z/T), as it stands");
    origin_say(to, "= log(%s)", GIVEN(row->naive_sum));
}

ERROR(loss)
{
    ROW;
    (void)i;
    return pmy_explanation_error(row, row->loss);
}
PARTS(loss)
{
    ROW;
    (void)i;
    origin_parts(to, "y");
    for (size_t k = 0; k < row->classes; k++)
        if (row->y[k] != 0)
            origin_part(to, "negative_log_p", k);
}
WORDS(loss)
{
    ROW;
    (void)i;
    char terms[SOFTMAX_TERMS];
    origin_say(to, "L = -Σ y log p, over the classes with a share of y");
    origin_say(to, "= %s",
               softmax_products_text(row, ((const softmax_row *)panel)->negative_log_p, 1, row->y, terms));
}

size_t softmax_forward_columns(const softmax_row *of, origin_column *columns)
{
    const pmy_explanation *row = &of->row;
    size_t n = row->classes;
    pmy_number_precision precision = row->precision;
    const origin_column all[] = {
        {COLUMN(z, "z[#]", n, 1, row->z, precision)},
        {COLUMN(temperature, "T", 1, 1, &row->temperature, PMY_NUMBER_DOUBLE)},
        {COLUMN(y, "y[#]", n, 1, row->y, precision)},
        {COLUMN(shifted, "(z[#] - max)/T", n, 1, row->shifted, precision), ROUNDED(shifted)},
        {COLUMN(exponential, "exp[#]", n, 1, row->exponential, precision), ROUNDED(exponential)},
        {COLUMN(sum, "Σ exp", 1, 1, &row->sum, precision), ROUNDED(sum)},
        {COLUMN(p, "p[#]", n, 1, row->p, precision), ROUNDED(p)},
        {COLUMN(p_sum, "Σ p", 1, 1, &of->p_sum, PMY_NUMBER_DOUBLE), ROUNDED(p_sum)},
        {COLUMN(negative_log_p, "-log p[#]", n, 1, of->negative_log_p, precision), ROUNDED(negative_log_p)},
        {COLUMN(naive_exponential, "exp(z[#]/T)", n, 1, row->naive_exponential, precision),
         MADE(naive_exponential)},
        {COLUMN(naive_sum, "Σ exp(z/T)", 1, 1, &row->naive_sum, precision), MADE(naive_sum)},
        {COLUMN(naive_negative_log_p, "naive -log p[#]", n, 1, row->naive_negative_log_p, precision),
         MADE(naive_negative_log_p)},
        {COLUMN(log_sum_exp, "log-sum-exp", 1, 1, &row->log_sum_exp, precision), ROUNDED(log_sum_exp)},
        {COLUMN(naive_log_sum_exp, "naive log-sum-exp", 1, 1, &row->naive_log_sum_exp, precision),
         MADE(naive_log_sum_exp)},
        {COLUMN(loss, "L", 1, 1, &row->loss, precision), ROUNDED(loss)},
    };
    memcpy(columns, all, sizeof all);
    return sizeof all / sizeof *all;
}
