/* The functions that rows of a softmax are made of, in pmy_accum; for the kernels
 * and losses that compute with them. */
#ifndef PMY_KERNELS_SOFTMAX_MATH_H
#define PMY_KERNELS_SOFTMAX_MATH_H

#include "base/real.h"

#include <stdint.h>
#include <string.h>

/* (m − z)/T, where m − z may be too large for a number and yet the quotient not. */
static inline pmy_accum distance(pmy_real maximum, pmy_real logit, pmy_accum temperature)
{
    pmy_accum m = (pmy_accum)maximum, z = (pmy_accum)logit, d = (m - z) / temperature;
    return d <= (pmy_accum)PMY_REAL_MAX ? d : (m / 2 - z / 2) / (temperature / 2);
}

#if PMY_SCALAR == 32
/* exp(x) for x ≤ 0 in double, to 2^-36, which float results made from it round as if it were
 * exact, but for rare ties. x = k ln 2 + r with |r| ≤ ln 2 / 2; exp(r) is its Taylor polynomial;
 * 2^k is made from its bits. Below −700, where no float sees it, the result is 0. */
static inline double exponential(double x)
{
    const double shift = 0x1.8p52; /* adding it rounds to an integer, in the low bits */
    double kept = x > -700.0 ? x : -700.0;
    double shifted = kept * 0x1.71547652b82fep0 + shift;
    double k = shifted - shift;
    double r = (kept - k * 0x1.62e42fefa3800p-1) - k * 0x1.ef35793c76730p-45;
    double power = 1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880)));
    power = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r * power)))));
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, sizeof scale);
    return x > -700.0 ? power * scale : 0;
}

/* What exponentials in single precision are made of, for whoever splits x = k ln 2 + r. */

static const double LN2 = 0x1.62e42fefa39efp-1;

/* Adding it rounds to a whole number, which is then in the low bits. */
static const float ROUNDER = 0x1.8p23f;

/* The first 14 bits of x: their product with a whole number of 10 bits is exact. */
static inline float first_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0xfffffc00;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* exp(r) = 1 + r + r² q(r), to 2^-28; the coefficients are those of the smallest relative error over
 * |r| ≤ 0.3475. */
static inline float exp_near_zero(float r)
{
    float r2 = r * r;
    float q = (0x1.fffffcp-2f + 0x1.555492p-3f * r) +
              r2 * ((0x1.5558bep-5f + 0x1.1239ep-7f * r) + r2 * 0x1.6a3fb6p-10f);
    return 1 + (r + r2 * q);
}

/* log(1 + x) for x ≥ 0 in double, to 2^-40 of itself. 1 + x = 2^k f with f in [√½, √2), and
 * log f = 2 artanh(c/(2 + c)) with c = f − 1, which for k = 0 is x itself. */
static inline double log_of_1_and(double x)
{
    const uint64_t root_of_half = UINT64_C(0x3fe6a09e00000000);
    double whole = 1 + x, f, k;
    uint64_t bits;
    memcpy(&bits, &whole, sizeof bits);
    bits -= root_of_half;
    uint64_t f_bits = (bits & (UINT64_MAX >> 12)) + root_of_half;
    memcpy(&f, &f_bits, sizeof f);
    bits = bits >> 52 | UINT64_C(0x4330000000000000); /* 2^52 + k */
    memcpy(&k, &bits, sizeof k);
    k -= 0x1p52;
    double c = k == 0 ? x : f - 1, s = c / (2 + c), w = s * s;
    double series = 1.0 / 9 + w * (1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15)));
    series = 1 + w * (1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * series)));
    return k * 0x1.62e42fefa39efp-1 + 2 * s * series;
}
#else
static inline pmy_accum exponential(pmy_accum x)
{
    return pmy_real_exp(x);
}

static inline pmy_accum log_of_1_and(pmy_accum x)
{
    return pmy_real_log1p(x);
}
#endif

#endif
