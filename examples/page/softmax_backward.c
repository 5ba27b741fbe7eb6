/* Where the numbers from the loss back to z come from, on both ways. */
#include "page/softmax_formula.h"

#include <string.h>

ERROR(slope)
{
    ROW;
    return pmy_explanation_slope_error(row, i);
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
    return pmy_explanation_jacobian_error(row, i / row->classes, i % row->classes);
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
    char terms[SOFTMAX_TERMS];
    if (of == by) {
        origin_say(to, "∂p[%zu]/∂z[%zu] = p[%zu] (1 - p[%zu])/T", of, by, of, of);
        origin_say(to, "= %s · (1 - %s)/%s", NUMBER(row->p[of]), NUMBER(row->p[of]), GIVEN(row->temperature));
        if (row->classes > 1)
            origin_say(to, "1 - p[%zu] is computed as the sum of the other p: %s", of,
                       softmax_sum_text(row, row->p, of, terms));
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
    char terms[SOFTMAX_TERMS];
    origin_say(to, "The long way to ∂L/∂z[%zu]: Σ over k of J[k][%zu] · (-y[k]/p[k])", i, i);
    origin_say(to, "= %s", softmax_products_text(row, row->jacobian + i, row->classes, row->dloss_dp, terms));
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
    return pmy_explanation_fused_error(row, i);
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
    char terms[SOFTMAX_TERMS];
    if (strcmp(pmy_explanation_formula(row), "(p - y)/T") == 0) {
        origin_say(to, "∂L/∂z[%zu] = (p[%zu] - y[%zu])/T", i, i, i);
        origin_say(to, "= (%s - %s)/%s", NUMBER(row->p[i]), GIVEN(row->y[i]), GIVEN(row->temperature));
    } else {
        origin_say(to, "∂L/∂z[%zu] = (p[%zu] Σy - y[%zu])/T", i, i, i);
        origin_say(to, "= (%s · %s - %s)/%s", NUMBER(row->p[i]), GIVEN(((const softmax_row *)panel)->y_sum),
                   GIVEN(row->y[i]), GIVEN(row->temperature));
    }
    if (!row->soft && i == row->target && row->classes > 1)
        origin_say(to, "Computed from the other p, so that no digits cancel: -(%s)/%s",
                   softmax_sum_text(row, row->p, i, terms), GIVEN(row->temperature));
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

static void ulps_words(origin *to, const softmax_row *of, double value, size_t i)
{
    const char *precision = of->row.precision == PMY_NUMBER_FLOAT ? "float" : "double";
    pmy_number_text truth = pmy_number_print(of->truth[i], PMY_NUMBER_DOUBLE);
    pmy_number_text held = pmy_number_print(value, of->row.precision);
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

size_t softmax_backward_columns(const softmax_row *of, origin_column *columns)
{
    const pmy_explanation *row = &of->row;
    size_t n = row->classes;
    pmy_number_precision precision = row->precision;
    const origin_column all[] = {
        {COLUMN(slope, "-y[#]/p[#]", n, 1, row->dloss_dp, precision), ROUNDED(slope)},
        {COLUMN(jacobian, "J[#][#]", n, n, row->jacobian, precision), ROUNDED(jacobian), .digits = 3},
        {COLUMN(chain, "long way[#]", n, 1, row->chain, precision), MADE(chain)},
        {COLUMN(y_sum, "Σ y", 1, 1, &of->y_sum, PMY_NUMBER_DOUBLE), MADE(y_sum)},
        {COLUMN(fused, "∂L/∂z[#]", n, 1, row->fused, precision), ROUNDED(fused)},
        {COLUMN(fused_sum, "Σ ∂L/∂z", 1, 1, &of->fused_sum, PMY_NUMBER_DOUBLE), MADE(fused_sum)},
        {COLUMN(chain_ulps, "ulps of long way[#]", n, 1, of->chain_ulps, PMY_NUMBER_DOUBLE), MADE(chain_ulps),
         .digits = 3},
        {COLUMN(fused_ulps, "ulps of ∂L/∂z[#]", n, 1, of->fused_ulps, PMY_NUMBER_DOUBLE), MADE(fused_ulps),
         .digits = 3},
    };
    memcpy(columns, all, sizeof all);
    return sizeof all / sizeof *all;
}
