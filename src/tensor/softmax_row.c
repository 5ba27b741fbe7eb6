#include "tensor/softmax_row.h"

#include "tensor/simd.h"

#include <stdint.h>
#include <string.h>

enum { LANES = 8 };

#if PMY_SCALAR == 32
/* exp(x) for x ≤ 0 in double, to about 1e-15, so that the float results made from it round
 * correctly but for rare ties. x = k ln 2 + r with |r| ≤ ln 2 / 2; exp(r) is its Taylor
 * polynomial of degree 12, whose first missing term is below 2e-16; 2^k is made from its bits.
 * Below −700, where no float sees it, the result is 0. */
static inline double exponential(double x)
{
    const double shift = 0x1.8p52; /* adding it rounds to an integer, in the low bits */
    double kept = x > -700.0 ? x : -700.0;
    double shifted = kept * 0x1.71547652b82fep0 + shift;
    double k = shifted - shift;
    double r = (kept - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45;
    double power = 1.0 / 479001600;
    power = power * r + 1.0 / 39916800;
    power = power * r + 1.0 / 3628800;
    power = power * r + 1.0 / 362880;
    power = power * r + 1.0 / 40320;
    power = power * r + 1.0 / 5040;
    power = power * r + 1.0 / 720;
    power = power * r + 1.0 / 120;
    power = power * r + 1.0 / 24;
    power = power * r + 1.0 / 6;
    power = power * r + 0.5;
    power = power * r + 1.0;
    power = power * r + 1.0;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return x > -700.0 ? power * scale : 0;
}
#else
static inline pmy_wide exponential(pmy_wide x)
{
    return pmy_exp(x);
}
#endif

static inline pmy_wide wide_log1p(pmy_wide x)
{
#if PMY_SCALAR == 32
    return log1p(x);
#else
    return pmy_log1p(x);
#endif
}

/* The largest of n > 0 logits in lanes; NaN if one is NaN. */
PMY_CLONES
static pmy_real pmy_largest_logit(size_t n, const pmy_real *z)
{
    pmy_real lane[LANES];
    bool nan = false;
    for (size_t l = 0; l < LANES; l++)
        lane[l] = z[0];
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            lane[l] = z[i + l] > lane[l] ? z[i + l] : lane[l];
            nan |= z[i + l] != z[i + l];
        }
    for (size_t i = whole; i < n; i++) {
        lane[0] = z[i] > lane[0] ? z[i] : lane[0];
        nan |= z[i] != z[i];
    }
    for (size_t l = 1; l < LANES; l++)
        lane[0] = lane[l] > lane[0] ? lane[l] : lane[0];
    return nan ? (pmy_real)NAN : lane[0];
}

PMY_CLONES
static void pmy_row_exponentials(size_t n, const pmy_real *z, pmy_real maximum, pmy_wide temperature,
                                 pmy_wide *e)
{
    for (size_t i = 0; i < n; i++)
        e[i] = exponential(((pmy_wide)z[i] - (pmy_wide)maximum) / temperature);
}

PMY_CLONES
static pmy_wide pmy_row_sum(size_t n, const pmy_wide *e)
{
    pmy_wide lane[LANES] = {0};
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += e[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += e[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

pmy_row_fault pmy_softmax_exponentials(size_t classes, const pmy_real *z, pmy_wide temperature, pmy_wide *e,
                                       pmy_softmax_row *row)
{
    pmy_real maximum = pmy_largest_logit(classes, z);
    if (pmy_is_nan(maximum))
        return PMY_ROW_NAN;
    if (maximum > PMY_REAL_MAX)
        return PMY_ROW_INFINITE;
    if (maximum < -PMY_REAL_MAX)
        return PMY_ROW_MASKED;
    size_t argmax = 0;
    while (z[argmax] != maximum)
        argmax++;
    pmy_row_exponentials(classes, z, maximum, temperature, e);
    e[argmax] = 0;
    pmy_wide rest = pmy_row_sum(classes, e);
    e[argmax] = 1;
    *row = (pmy_softmax_row){argmax, maximum, rest, wide_log1p(rest)};
    return PMY_ROW_FINE;
}

pmy_wide pmy_negative_log_share(const pmy_softmax_row *row, pmy_real logit, pmy_wide temperature)
{
    return ((pmy_wide)row->maximum - (pmy_wide)logit) / temperature + row->log1p_rest;
}

const char *pmy_row_fault_text(pmy_row_fault fault)
{
    switch (fault) {
    case PMY_ROW_FINE:
        break;
    case PMY_ROW_NAN:
        return "a logit is NaN";
    case PMY_ROW_INFINITE:
        return "a logit is +inf";
    case PMY_ROW_MASKED:
        return "every logit is -inf, so no class is left";
    }
    return "fine";
}
