#include "kernels/softmax_row.h"

#include "base/parts.h"
#include "base/simd.h"
#include "kernels/softmax_math.h"

#include <string.h>

enum { LANES = 32, CHUNK = 8 * LANES };

/* --- The largest logit -------------------------------------------------- */

/* Of n > 0 logits: the largest, and whether one is a NaN. */
typedef struct logits_seen {
    pmy_real largest;
    bool nan;
} logits_seen;

/* Adds LANES logits to what each lane has seen. */
static inline void see(const pmy_real *z, pmy_real largest[LANES], unsigned nan[LANES])
{
    for (size_t l = 0; l < LANES; l++) {
        largest[l] = z[l] > largest[l] ? z[l] : largest[l];
        nan[l] |= z[l] != z[l] ? 1u : 0;
    }
}

PMY_CLONES
static logits_seen pmy_see_logits(size_t n, const pmy_real *z)
{
    pmy_real largest[LANES];
    unsigned nan[LANES] = {0};
    for (size_t l = 0; l < LANES; l++)
        largest[l] = -(pmy_real)INFINITY;
    for (size_t i = 0; i + LANES <= n; i += LANES)
        see(z + i, largest, nan);
    if (n >= LANES) {
        see(z + n - LANES, largest, nan); /* some of them once more */
    } else {
        pmy_real row[LANES];
        memcpy(row, largest, sizeof row);
        memcpy(row, z, n * sizeof *z);
        see(row, largest, nan);
    }
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++) {
            largest[l] = largest[l + half] > largest[l] ? largest[l + half] : largest[l];
            nan[l] |= nan[l + half];
        }
    return (logits_seen){largest[0], nan[0] != 0};
}

/* The first of n logits that is `largest`, which one is. */
PMY_CLONES
static size_t pmy_first_of(size_t n, const pmy_real *z, pmy_real largest)
{
    size_t first = 0;
    for (; first + 2 * LANES <= n; first += 2 * LANES) {
        unsigned found = 0;
        for (size_t l = 0; l < 2 * LANES; l++)
            found |= z[first + l] == largest ? 1u : 0;
        if (found)
            break;
    }
    while (z[first] != largest)
        first++;
    return first;
}

pmy_row_fault pmy_softmax_begin(size_t classes, const pmy_real *z, pmy_softmax_row *row)
{
    logits_seen seen = pmy_see_logits(classes, z);
    if (seen.nan)
        return PMY_ROW_NAN;
    if (seen.largest > PMY_REAL_MAX)
        return PMY_ROW_INFINITE;
    if (seen.largest < -PMY_REAL_MAX)
        return PMY_ROW_MASKED;
    *row = (pmy_softmax_row){
        .argmax = pmy_first_of(classes, z, seen.largest), .maximum = seen.largest, .unit = 1};
    return PMY_ROW_FINE;
}

/* --- The formulas as they stand ----------------------------------------- */

PMY_CLONES
static void pmy_plain_exponentials(size_t n, const pmy_real *z, pmy_real maximum, pmy_accum temperature,
                                   pmy_accum *e)
{
    for (size_t i = 0; i < n; i++)
        e[i] = exponential(-distance(maximum, z[i], temperature));
}

/* Adds n exponentials to the lanes: whole lanes, but at the end of a row. */
PMY_CLONES
static void pmy_add_to_lanes(size_t n, const pmy_accum *e, pmy_accum sum[LANES])
{
    pmy_accum lane[LANES];
    memcpy(lane, sum, sizeof lane);
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += e[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += e[i];
    memcpy(sum, lane, sizeof lane);
}

pmy_row_fault pmy_softmax_exponentials(size_t classes, const pmy_real *z, pmy_accum temperature, pmy_accum *e,
                                       pmy_softmax_row *row)
{
    pmy_row_fault fault = pmy_softmax_begin(classes, z, row);
    if (fault != PMY_ROW_FINE)
        return fault;
    pmy_accum chunk[CHUNK], lane[LANES] = {0};
    for (size_t begin = 0; begin < classes; begin += CHUNK) {
        size_t n = pmy_at_most(classes - begin, CHUNK);
        /* cppcheck-suppress legacyUninitvar; it is written first */
        pmy_accum *part = e ? e + begin : chunk; /* [n] */
        pmy_plain_exponentials(n, z + begin, row->maximum, temperature, part);
        if (row->argmax - begin < n)
            part[row->argmax - begin] = 0;
        pmy_add_to_lanes(n, part, lane);
    }
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lane[l] += lane[l + half];
    if (e)
        e[row->argmax] = 1;
    row->rest = lane[0];
    row->log1p_rest = log_of_1_and(row->rest);
    return PMY_ROW_FINE;
}

/* --- From a row to results ------------------------------------------------ */

pmy_accum pmy_probability(const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature)
{
    return exponential(-distance(row->maximum, logit, temperature)) / (1 + row->rest);
}

bool pmy_near_limit(pmy_accum x)
{
    return !(x < (1 - (pmy_accum)0x1p-30) * (pmy_accum)PMY_REAL_MAX);
}

pmy_accum pmy_keep_to_limit(pmy_accum x, const pmy_exact_sum *excess)
{
    const pmy_accum limit = (pmy_accum)PMY_REAL_MAX;
    if (pmy_exact_is_positive(excess))
        return x > limit ? x : PMY_ACCUM_MATH(nextafter)(limit, (pmy_accum)INFINITY);
    return x < limit ? x : limit;
}

void pmy_add_loss(pmy_exact_sum *sum, const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature)
{
    pmy_exact_add(sum, (pmy_accum)row->maximum);
    pmy_exact_add(sum, -(pmy_accum)logit);
    pmy_exact_add_product(sum, temperature, row->log1p_rest);
}

void pmy_take_limit(pmy_exact_sum *sum, pmy_accum temperature)
{
    pmy_exact_add_product(sum, -temperature, (pmy_accum)PMY_REAL_MAX);
}

/* x is about (m − logit)/T + log1p(rest). */
static pmy_accum keep_row_to_limit(pmy_accum x, const pmy_softmax_row *row, pmy_real logit,
                                   pmy_accum temperature)
{
    if (!pmy_near_limit(x) || logit < -PMY_REAL_MAX)
        return x;
    pmy_exact_sum excess = {0};
    pmy_add_loss(&excess, row, logit, temperature);
    pmy_take_limit(&excess, temperature);
    return pmy_keep_to_limit(x, &excess);
}

pmy_accum pmy_negative_log_probability(const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature)
{
    pmy_accum x = distance(row->maximum, logit, temperature) + row->log1p_rest;
    return keep_row_to_limit(x, row, logit, temperature);
}

pmy_accum pmy_log_sum_exp(const pmy_softmax_row *row, pmy_accum temperature)
{
    pmy_accum x = (pmy_accum)row->maximum / temperature + row->log1p_rest;
    return keep_row_to_limit(x, row, 0, temperature);
}

pmy_real pmy_narrow(pmy_accum x)
{
    return x > (pmy_accum)PMY_REAL_MAX ? (pmy_real)INFINITY : (pmy_real)x;
}

const char *pmy_row_fault_text(pmy_row_fault fault)
{
    static const char *const text[] = {
        [PMY_ROW_FINE] = "fine",
        [PMY_ROW_NAN] = "a logit is NaN",
        [PMY_ROW_INFINITE] = "a logit is +inf",
        [PMY_ROW_MASKED] = "every logit is -inf, so no class is left",
    };
    return text[fault];
}
