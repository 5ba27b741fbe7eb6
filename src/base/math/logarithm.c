/* log and log1p. The number is 2^k f with f in [√½, √2), and with c = f − 1
 *
 *   log f = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …),   s = c/(2 + c),   |s| < 0.172 */
#include "base/math/logarithm.h"

#include "base/math/exponential.h"
#include "base/portable_math.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* x/2^k − 1 of x.high = 2^k f, which is positive, normal and finite. */
static pmy_pair excess(pmy_pair x, int *k)
{
    const uint64_t root_of_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
    uint64_t bits;
    memcpy(&bits, &x.high, sizeof bits);
    *k = (int)((bits - root_of_half + one) >> 52) - 1023;
    bits -= (uint64_t)*k << 52;
    double f;
    memcpy(&f, &bits, sizeof f);
    return pmy_pair_of_sum(f - 1, pmy_scaled(x.low, -*k));
}

static pmy_pair quotient_of(pmy_pair c)
{
    return pmy_pair_divide(c, pmy_pair_add((pmy_pair){2, 0}, c));
}

static pmy_pair with_power(int k, pmy_pair log_f)
{
    pmy_pair of_power = pmy_pair_of_ordered(k * PMY_LN2_HIGH, k * PMY_LN2_LOW);
    return pmy_pair_add(of_power, log_f);
}

/* log of x/2^by, x.high positive, normal and finite. */
static double log_of(pmy_pair x, int by)
{
    int k;
    pmy_pair s = quotient_of(excess(x, &k));
    double w = s.high * s.high;
    double series = 1.0 / 17 + w * (1.0 / 19 + w * (1.0 / 21 + w * (1.0 / 23)));
    series = 1.0 / 9 + w * (1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15 + w * series)));
    series = w * (1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * series)));
    pmy_pair log_f = pmy_pair_of_ordered(2 * s.high, 2 * (s.low + s.high * series));
    pmy_pair sum = with_power(k - by, log_f);
    return sum.high + sum.low;
}

/* x = normal · 2^-(what is returned) */
static int make_normal(double *x)
{
    bool subnormal = *x < 0x1p-1022;
    *x *= subnormal ? 0x1p54 : 1;
    return subnormal ? 54 : 0;
}

pmy_pair pmy_logarithm(double x)
{
    int k, by = make_normal(&x);
    pmy_pair s = quotient_of(excess((pmy_pair){x, 0}, &k)), w = pmy_pair_multiply(s, s), series = {0, 0};
    for (int n = 39; n > 0; n -= 2)
        series =
            pmy_pair_add(pmy_pair_divide((pmy_pair){1, 0}, (pmy_pair){n, 0}), pmy_pair_multiply(w, series));
    series = pmy_pair_multiply(s, series);
    return with_power(k - by, (pmy_pair){2 * series.high, 2 * series.low});
}

double pmy_portable_log(double x)
{
    if (x == 0)
        return -(double)INFINITY;
    if (!(x > 0 && x < (double)INFINITY))
        return x < 0 ? (double)NAN : x;
    int by = make_normal(&x);
    return log_of((pmy_pair){x, 0}, by);
}

double pmy_portable_log1p(double x)
{
    if (x == -1)
        return -(double)INFINITY;
    if (!(x > -1 && x < (double)INFINITY))
        return x < -1 ? (double)NAN : x;
    if (fabs(x) < 0x1p-54)
        return x;
    return log_of(pmy_pair_of_sum(1, x), 0);
}
