/* What exp, pow, tanh and erfc are made of. For the files of this folder.
 *
 * With k the whole number next to x/ln 2, x = k ln 2 + r, |r| ≤ ln 2/2, and exp(x) = 2^k exp(r). */
#ifndef PMY_BASE_MATH_EXPONENTIAL_H
#define PMY_BASE_MATH_EXPONENTIAL_H

#include "base/math/pair.h"

#include <stdint.h>
#include <string.h>

/* ln 2: its first 40 bits, whose product with k is exact, and 53 more. */
#define PMY_LN2_HIGH 0x1.62e42fefa2000p-1
#define PMY_LN2_LOW 0x1.9ef35793c7673p-41

/* k, |x| < 2000. */
static inline double pmy_twos_in(double x)
{
    const double rounder = 0x1.8p52; /* adding it rounds to a whole number */
    return (x * 0x1.71547652b82fep0 + rounder) - rounder;
}

/* r³/3! + … + r^15/15!, in two chains. */
static inline double pmy_exp_from_cube(double r)
{
    double r2 = r * r;
    double even = 1.0 / 6227020800 + r2 * (1.0 / 1307674368000);
    even = 1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 + r2 * even));
    even = 1.0 / 6 + r2 * (1.0 / 120 + r2 * even);
    double odd = 1.0 / 3628800 + r2 * (1.0 / 479001600 + r2 * (1.0 / 87178291200));
    odd = 1.0 / 24 + r2 * (1.0 / 720 + r2 * (1.0 / 40320 + r2 * odd));
    return r * r2 * (even + r * odd);
}

/* 2^k, −1022 ≤ k ≤ 1023. */
static inline double pmy_power_of_two(int k)
{
    uint64_t bits = (uint64_t)(1023 + k) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* x · 2^k, rounded once, |k| < 2000. */
static inline double pmy_scaled(double x, int k)
{
    int half = k / 2;
    return x * pmy_power_of_two(half) * pmy_power_of_two(k - half);
}

/* exp(x) = 2^k (1 + rest), |rest| < 0.42. */
typedef struct pmy_power {
    pmy_pair rest; /* to 2^-60 of itself */
    int k;
} pmy_power;

/* Of an |x.high| < 2000. */
pmy_power pmy_power_at(pmy_pair x);

#endif
