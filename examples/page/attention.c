/* The page's attention panel: one head, there and back. */
#include "pmy64/gradcheck/differences.h"

#include "page/answer.h"
#include "page/attention_origin.h"
#include "page/export.h"
#include "softmax/drawn.h"

#include <math.h>
#include <string.h>

static head shown; /* the last that could be computed */

/* 0: it is no size. */
static size_t size_of(double number)
{
    return number >= 1 && number <= PMY64_EXPLAINED_HEAD ? (size_t)number : 0;
}

/* --- What comes in -------------------------------------------------------- */

static pmy_status check_sizes(const head *of, const size_t counts[4], pmy_error *error)
{
    static const head_part_id given[] = {HEAD_Q, HEAD_K, HEAD_V, HEAD_D_OUTPUT};
    if (of->dim < 1 || of->dim > PMY64_EXPLAINED_HEAD || of->keys < 1 || of->keys > PMY64_EXPLAINED_HEAD)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu tokens of %zu numbers: 1 to %d of each can be shown",
                        of->keys, of->dim, PMY64_EXPLAINED_HEAD);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (counts[i] != of->keys * of->dim)
            return pmy_fail(error, PMY_BAD_ARGUMENT, "%s has %zu numbers, but %zu tokens of %zu are %zu",
                            head_part_of(of, given[i]).name, counts[i], of->keys, of->dim,
                            of->keys * of->dim);
    return PMY_OK;
}

static pmy_status check_numbers(const head *of, pmy_error *error)
{
    static const head_part_id given[] = {HEAD_Q, HEAD_K, HEAD_V, HEAD_D_OUTPUT};
    if (!(of->temperature > 0) || isinf(of->temperature))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature is %g: it must be a number above 0",
                        of->temperature);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        head_part part = head_part_of(of, given[i]);
        for (size_t e = 0; e < part.rows * part.columns; e++)
            if (!isfinite(part.elements[e]))
                return pmy_fail(error, PMY_BAD_DATA, "%s[%zu][%zu] is %g: it must be a finite number",
                                part.name, e / part.columns, e % part.columns, part.elements[e]);
    }
    return PMY_OK;
}

/* --- What goes out -------------------------------------------------------- */

/* How far backward is from the differences, as the gradient checks have it. */
static double difference_of(const head *of, head_part_id gradient)
{
    enum { TO_NUMERIC = HEAD_NUMERIC_DQ - HEAD_DQ };
    head_part one = head_part_of(of, gradient),
              other = head_part_of(of, (head_part_id)(gradient + TO_NUMERIC));
    return pmy64_differences_error(one.rows * one.columns, one.elements, other.elements);
}

static void answer_head(const head *of)
{
    origin_column columns[HEAD_PARTS];
    const origin_table table = attention_origins(of, columns);
    origin_numbers(&table);
    answer_number("dq_difference", difference_of(of, HEAD_DQ));
    answer_number("dk_difference", difference_of(of, HEAD_DK));
    answer_number("dv_difference", difference_of(of, HEAD_DV));
    answer_number("op_difference", of->op_difference);
}

/* --- What the page calls -------------------------------------------------- */

/* Q, K, V and dO [tokens, dim] as `softmax attention --seed SEED --tokens TOKENS --dim DIM` draws them. */
PAGE_EXPORT(page_attention_draw)(double seed, double tokens, double dim)
{
    static head of; /* large for a stack */
    of.queries = of.keys = size_of(tokens);
    of.dim = of.width = size_of(dim);
    const size_t size = of.keys * of.dim, sizes[4] = {size, size, size, size};
    pmy_random random = {.seed = (uint64_t)seed};
    pmy_error error = {0};
    answer_begin();
    if (check_sizes(&of, sizes, &error) != PMY_OK) {
        answer_error(&error);
        return;
    }
    head_draw(&of, &random);
    for (size_t id = HEAD_Q; id <= HEAD_V; id++)
        answer_numbers(head_part_of(&of, (head_part_id)id).name, size,
                       head_part_of(&of, (head_part_id)id).elements);
    draw_short_numbers(&random, size, of.d_output);
    answer_numbers("d_output", size, of.d_output);
}

PAGE_EXPORT(page_attention)
(const double *q, size_t q_count, const double *k, size_t k_count, const double *v, size_t v_count,
 const double *d_output, size_t d_output_count, double dim, double causal, double temperature)
{
    static head of;
    const size_t counts[] = {q_count, k_count, v_count, d_output_count};
    const double *const given[] = {q, k, v, d_output};
    double *const into[] = {of.q, of.k, of.v, of.d_output};
    pmy_error error = {0};
    of.dim = of.width = size_of(dim);
    of.queries = of.keys = of.dim ? q_count / of.dim : 0;
    of.causal = causal != 0;
    of.temperature = temperature;
    answer_begin();
    pmy_status status = check_sizes(&of, counts, &error);
    for (size_t i = 0; status == PMY_OK && i < 4; i++)
        memcpy(into[i], given[i], counts[i] * sizeof *given[i]);
    if (status == PMY_OK)
        status = check_numbers(&of, &error);
    if (status == PMY_OK)
        status = pmy64_explain_attention(&of, &error);
    if (status != PMY_OK) {
        answer_error(&error);
        return;
    }
    shown = of;
    answer_head(&of);
}

PAGE_EXPORT(page_attention_origin)(const char *column, double index)
{
    origin_column columns[HEAD_PARTS];
    const origin_table table = attention_origins(&shown, columns);
    origin_answer(&table, column, (size_t)index);
}
