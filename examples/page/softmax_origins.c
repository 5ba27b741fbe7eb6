/* Where each number of a softmax_row comes from. */
#include "page/softmax_row.h"
#include "softmax/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TERMS = 400 };

/* --- Pieces of formulas --------------------------------------------------- */

/* A figure for printf, and that of a number with an error of its own. */
#define FIGURE(value, error) figure_text((value), (error), (char[FIGURE_TEXT]){0})
#define NUMBER(value) FIGURE(value, derivation_error(row, value))
#define GIVEN(value) FIGURE(value, 0)

static size_t largest_logit(const derivation *row)
{
    size_t at = 0;
    for (size_t i = 1; i < row->classes; i++)
        if (row->z[i] > row->z[at])
            at = i;
    return at;
}

/* "1 + 0.367879 + 0.149569", without class `left_out`. */
static const char *sum_text(const derivation *row, const double *values, size_t left_out, char text[TERMS])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->classes && used < TERMS; i++)
        if (i != left_out)
            used += (size_t)snprintf(text + used, TERMS - used, "%s%s", used ? " + " : "", NUMBER(values[i]));
    return text;
}

/* "0.25·1.4 + 0.75·0.4": the terms that are not 0 for certain. */
static const char *products_text(const derivation *row, const double *factors, size_t stride,
                                 const double *weights, char text[TERMS])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->classes && used < TERMS; i++)
        if (weights[i] != 0)
            used += (size_t)snprintf(text + used, TERMS - used, "%s(%s)·(%s)", used ? " + " : "",
                                     GIVEN(factors[i * stride]), GIVEN(weights[i]));
    return used ? text : "0";
}

/* --- What each is made of, and its formula -------------------------------- */

#define PARTS(name) static void name##_parts(origin *to, const void *panel, size_t i)
#define WORDS(name) static void name##_words(origin *to, const void *panel, size_t i)
#define ERROR(name) static double name##_error(const void *panel, size_t i)
#define ROW const derivation *row = &((const softmax_row *)panel)->row

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

ERROR(scaled)
{
    ROW;
    return derivation_scaled_error(row, i);
}
PARTS(scaled)
{
    (void)panel;
    origin_part(to, "z", i);
    origin_part(to, "temperature", 0);
}
WORDS(scaled)
{
    ROW;
    origin_say(to, "z[%zu]/T", i);
    origin_say(to, "= %s/%s", GIVEN(row->z[i]), GIVEN(row->temperature));
}

ERROR(shifted)
{
    ROW;
    return derivation_shifted_error(row, i);
}
PARTS(shifted)
{
    ROW;
    origin_part(to, "z", i);
    origin_part(to, "z", largest_logit(row));
    origin_part(to, "temperature", 0);
}
WORDS(shifted)
{
    ROW;
    origin_say(to, "(z[%zu] - max z)/T", i);
    origin_say(to, "= (%s - %s)/%s", GIVEN(row->z[i]), GIVEN(row->z[largest_logit(row)]),
               GIVEN(row->temperature));
}

ERROR(exponential)
{
    ROW;
    return derivation_error(row, row->exponential[i]);
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
    origin_say(to, "= exp(%s)", FIGURE(row->shifted[i], derivation_shifted_error(row, i)));
}

ERROR(sum)
{
    ROW;
    (void)i;
    return derivation_error(row, row->sum);
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
    char terms[TERMS];
    origin_say(to, "Σ exp((z - max z)/T)");
    origin_say(to, "= %s", sum_text(row, row->exponential, row->classes, terms));
}

ERROR(p)
{
    ROW;
    return derivation_error(row, row->p[i]);
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
    return derivation_error(row, ((const softmax_row *)panel)->p_sum);
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
    char terms[TERMS];
    origin_say(to, "Σ p, which is 1 but for rounding");
    origin_say(to, "= %s", sum_text(row, row->p, row->classes, terms));
}

PARTS(y_sum)
{
    (void)panel, (void)i;
    origin_parts(to, "y");
}
WORDS(y_sum)
{
    (void)panel, (void)i;
    origin_say(to, "Σ y, which multiplies p in the gradient");
}

/* Of one right class, the target's element is computed from the others: see softmax_xent. */
ERROR(fused)
{
    ROW;
    return derivation_fused_error(row, i);
}
PARTS(fused)
{
    ROW;
    origin_part(to, "p", i);
    origin_part(to, "y", i);
    origin_part(to, "temperature", 0);
    if (row->soft)
        origin_part(to, "y_sum", 0);
}
WORDS(fused)
{
    ROW;
    char terms[TERMS];
    if (strcmp(derivation_fused_formula(row), "(p - y)/T") == 0) {
        origin_say(to, "∂L/∂z[%zu] = (p[%zu] - y[%zu])/T", i, i, i);
        origin_say(to, "= (%s - %s)/%s", NUMBER(row->p[i]), GIVEN(row->y[i]), GIVEN(row->temperature));
    } else {
        origin_say(to, "∂L/∂z[%zu] = (p[%zu] Σy - y[%zu])/T", i, i, i);
        origin_say(to, "= (%s · %s - %s)/%s", NUMBER(row->p[i]), GIVEN(((const softmax_row *)panel)->y_sum),
                   GIVEN(row->y[i]), GIVEN(row->temperature));
    }
    if (!row->soft && i == row->target && row->classes > 1)
        origin_say(to, "Computed from the other p, so that no digits cancel: -(%s)/%s",
                   sum_text(row, row->p, i, terms), GIVEN(row->temperature));
}

PARTS(fused_sum)
{
    (void)panel, (void)i;
    origin_parts(to, "fused");
}
WORDS(fused_sum)
{
    (void)panel, (void)i;
    origin_say(to, "Σ ∂L/∂z, which is 0 but for rounding: what one logit gains the others lose.");
}

ERROR(negative_log_p)
{
    ROW;
    return derivation_error(row, row->log_p[i]);
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
    origin_say(to, "-log p[%zu] = log Σ exp((z - max z)/T) - (z[%zu] - max z)/T", i, i);
    origin_say(to, "= log(%s) - (%s)", NUMBER(row->sum),
               FIGURE(row->shifted[i], derivation_shifted_error(row, i)));
    origin_say(
        to, "The logarithm is log1p of Σ without the largest's 1, so that a p close to 1 keeps its digits.");
}

PARTS(naive_exponential)
{
    (void)panel;
    origin_part(to, "scaled", i);
}
WORDS(naive_exponential)
{
    ROW;
    origin_say(to, "exp(z[%zu]/T), with no maximum subtracted", i);
    origin_say(to, "= exp(%s)", FIGURE(row->scaled[i], derivation_scaled_error(row, i)));
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
    char terms[TERMS];
    origin_say(to, "Σ exp(z/T), with no maximum subtracted");
    origin_say(to, "= %s", sum_text(row, row->naive_exponential, row->classes, terms));
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
    return derivation_log_sum_exp_error(row);
}
PARTS(log_sum_exp)
{
    ROW;
    (void)i;
    origin_part(to, "scaled", largest_logit(row));
    origin_part(to, "sum", 0);
}
WORDS(log_sum_exp)
{
    ROW;
    (void)i;
    size_t at = largest_logit(row);
    origin_say(to, "log Σ exp(z/T) = max z/T + log Σ exp((z - max z)/T)");
    origin_say(to, "= %s + log(%s)", FIGURE(row->scaled[at], derivation_scaled_error(row, at)),
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
    return derivation_error(row, row->loss);
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
    char terms[TERMS];
    origin_say(to, "L = -Σ y log p, over the classes with a share of y");
    origin_say(to, "= %s",
               products_text(row, ((const softmax_row *)panel)->negative_log_p, 1, row->y, terms));
}

ERROR(slope)
{
    ROW;
    return derivation_slope_error(row, i);
}
PARTS(slope)
{
    (void)panel;
    origin_part(to, "y", i);
    origin_part(to, "p", i);
}
WORDS(slope)
{
    ROW;
    origin_say(to, "∂L/∂p[%zu] = -y[%zu]/p[%zu]", i, i, i);
    if (row->y[i] != 0)
        origin_say(to, "= -%s / %s", GIVEN(row->y[i]), NUMBER(row->p[i]));
    else
        origin_say(to, "= 0, since y[%zu] is 0", i);
}

ERROR(jacobian)
{
    ROW;
    return derivation_jacobian_error(row, i / row->classes, i % row->classes);
}
PARTS(jacobian)
{
    ROW;
    origin_part(to, "p", i / row->classes);
    origin_part(to, "p", i % row->classes);
    origin_part(to, "temperature", 0);
}
WORDS(jacobian)
{
    ROW;
    size_t of = i / row->classes, by = i % row->classes;
    char terms[TERMS];
    if (of == by) {
        origin_say(to, "∂p[%zu]/∂z[%zu] = p[%zu] (1 - p[%zu])/T", of, by, of, of);
        origin_say(to, "= %s · (1 - %s)/%s", NUMBER(row->p[of]), NUMBER(row->p[of]), GIVEN(row->temperature));
        if (row->classes > 1)
            origin_say(to, "1 - p[%zu] is computed as the sum of the other p: %s", of,
                       sum_text(row, row->p, of, terms));
    } else {
        origin_say(to, "∂p[%zu]/∂z[%zu] = -p[%zu] p[%zu]/T", of, by, of, by);
        origin_say(to, "= -%s · %s/%s", NUMBER(row->p[of]), NUMBER(row->p[by]), GIVEN(row->temperature));
    }
}

PARTS(chain)
{
    ROW;
    for (size_t k = 0; k < row->classes; k++)
        origin_part(to, "jacobian", k * row->classes + i);
    origin_parts(to, "slope");
}
WORDS(chain)
{
    ROW;
    char terms[TERMS];
    origin_say(to, "The long way to ∂L/∂z[%zu]: Σ over k of J[k][%zu] · (-y[k]/p[k])", i, i);
    origin_say(to, "= %s", products_text(row, row->jacobian + i, row->classes, row->dloss_dp, terms));
}

static void ulps_words(origin *to, const softmax_row *of, double value, size_t i)
{
    const char *precision = of->row.in_float ? "float" : "double";
    pmy_number_text truth = pmy_number_print(of->truth[i], PMY_NUMBER_DOUBLE);
    pmy_number_text held = pmy_number_print(value, of->row.in_float ? PMY_NUMBER_FLOAT : PMY_NUMBER_DOUBLE);
    origin_say(to, "How far it is from (p - y)/T computed in double, in units in the last place of a %s",
               precision);
    origin_say(to, "= |%s - (%s)| / ulp", held.text, truth.text);
}

PARTS(chain_ulps)
{
    (void)panel;
    origin_part(to, "chain", i);
}
WORDS(chain_ulps)
{
    ROW;
    ulps_words(to, panel, row->chain[i], i);
}

PARTS(fused_ulps)
{
    (void)panel;
    origin_part(to, "fused", i);
}
WORDS(fused_ulps)
{
    ROW;
    ulps_words(to, panel, row->fused[i], i);
}

/* --- The table ------------------------------------------------------------ */

origin_table softmax_row_origins(const softmax_row *of, origin_column columns[SOFTMAX_ROW_MOST_COLUMNS])
{
    const derivation *row = &of->row;
    size_t n = row->classes;
    pmy_number_precision precision = row->in_float ? PMY_NUMBER_FLOAT : PMY_NUMBER_DOUBLE;
#define ARRAY(name_, symbol_, values_)                                                         \
    .symbol = (symbol_), .rows = n, .columns = 1, .values = (values_), .precision = precision, \
    ORIGIN_NAME(#name_), .words = name_##_words
#define ONE(name_, symbol_, value_)                                                            \
    .symbol = (symbol_), .rows = 1, .columns = 1, .values = &(value_), .precision = precision, \
    ORIGIN_NAME(#name_), .words = name_##_words
#define MADE(name_) .parts = name_##_parts
#define ROUNDED(name_) .parts = name_##_parts, .error = name_##_error
    const origin_column all[] = {
        {ARRAY(z, "z[#]", row->z)},
        {ONE(temperature, "T", row->temperature)},
        {ARRAY(y, "y[#]", row->y)},
        {ARRAY(scaled, "z[#]/T", row->scaled), ROUNDED(scaled)},
        {ARRAY(shifted, "(z[#] - max)/T", row->shifted), ROUNDED(shifted)},
        {ARRAY(exponential, "exp[#]", row->exponential), ROUNDED(exponential)},
        {ONE(sum, "Σ exp", row->sum), ROUNDED(sum)},
        {ARRAY(p, "p[#]", row->p), ROUNDED(p)},
        {ONE(p_sum, "Σ p", of->p_sum), ROUNDED(p_sum)},
        {ONE(y_sum, "Σ y", of->y_sum), MADE(y_sum)},
        {ARRAY(negative_log_p, "-log p[#]", of->negative_log_p), ROUNDED(negative_log_p)},
        {ARRAY(naive_exponential, "exp(z[#]/T)", row->naive_exponential), MADE(naive_exponential)},
        {ONE(naive_sum, "Σ exp(z/T)", row->naive_sum), MADE(naive_sum)},
        {ARRAY(naive_negative_log_p, "naive -log p[#]", row->naive_negative_log_p),
         MADE(naive_negative_log_p)},
        {ONE(log_sum_exp, "log-sum-exp", row->log_sum_exp), ROUNDED(log_sum_exp)},
        {ONE(naive_log_sum_exp, "naive log-sum-exp", row->naive_log_sum_exp), MADE(naive_log_sum_exp)},
        {ONE(loss, "L", row->loss), ROUNDED(loss)},
        {ARRAY(slope, "-y[#]/p[#]", row->dloss_dp), ROUNDED(slope)},
        {ARRAY(jacobian, "J[#][#]", row->jacobian), ROUNDED(jacobian), .digits = 3},
        {ARRAY(chain, "long way[#]", row->chain), MADE(chain)},
        {ARRAY(fused, "∂L/∂z[#]", row->fused), ROUNDED(fused)},
        {ONE(fused_sum, "Σ ∂L/∂z", of->fused_sum), MADE(fused_sum)},
        {ARRAY(chain_ulps, "ulps of long way[#]", of->chain_ulps), MADE(chain_ulps), .digits = 3},
        {ARRAY(fused_ulps, "ulps of ∂L/∂z[#]", of->fused_ulps), MADE(fused_ulps), .digits = 3},
    };
#undef ARRAY
#undef ONE
#undef MADE
#undef ROUNDED
    _Static_assert(sizeof all / sizeof *all <= SOFTMAX_ROW_MOST_COLUMNS, "room for all columns");
    size_t count = sizeof all / sizeof *all;
    memcpy(columns, all, sizeof all);
    for (size_t c = 0; c < count; c++) {
        if (strcmp(columns[c].name, "jacobian") == 0)
            columns[c].columns = n;
        if (strcmp(columns[c].name, "chain_ulps") == 0 || strcmp(columns[c].name, "fused_ulps") == 0)
            columns[c].precision = PMY_NUMBER_DOUBLE;
    }
    return (origin_table){columns, count, of};
}
