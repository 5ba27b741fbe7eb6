/* exp. With k the whole number next to x/ln 2, x = k ln 2 + r, |r| ≤ ln 2/2, and exp(r) is its Taylor series.
 */
#include "base/math/exponential.h"

#include "base/portable_math.h"

#include <stdint.h>
#include <string.h>

/* r³/3! + … + r^15/15!, in two chains. */
static double series_from_cube(double r)
{
    double r2 = r * r;
    double even = 1.0 / 6227020800 + r2 * (1.0 / 1307674368000);
    even = 1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (1.0 / 39916800 + r2 * even));
    even = 1.0 / 6 + r2 * (1.0 / 120 + r2 * even);
    double odd = 1.0 / 3628800 + r2 * (1.0 / 479001600 + r2 * (1.0 / 87178291200));
    odd = 1.0 / 24 + r2 * (1.0 / 720 + r2 * (1.0 / 40320 + r2 * odd));
    return r * r2 * (even + r * odd);
}

pmy_power pmy_power_at(pmy_pair x)
{
    const double rounder = 0x1.8p52; /* adding it rounds to a whole number */
    double k = (x.high * 0x1.71547652b82fep0 + rounder) - rounder;
    /* Of ln 2 the first 40 bits, whose product with k is exact, and 53 more. */
    pmy_pair r = pmy_pair_of_sum(x.high - k * 0x1.62e42fefa2000p-1, x.low - k * 0x1.9ef35793c7673p-41);
    pmy_pair square = pmy_pair_of_product(r.high, r.high);
    pmy_pair rest = pmy_pair_of_ordered(r.high, square.high / 2);
    rest = pmy_pair_of_ordered(
        rest.high, rest.low + (series_from_cube(r.high) + (square.low / 2 + (r.low + r.high * r.low))));
    return (pmy_power){rest, (int)k};
}

static double power_of_two(int k)
{
    uint64_t bits = (uint64_t)(1023 + k) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

double pmy_scaled(double x, int k)
{
    int half = k / 2;
    return x * power_of_two(half) * power_of_two(k - half);
}

double pmy_exponential(pmy_pair x)
{
    if (!(x.high > -746 && x.high < 710))
        return x.high < 0 ? 0 : x.high + (double)INFINITY;
    pmy_power power = pmy_power_at(x);
    pmy_pair sum = pmy_pair_of_ordered(1, power.rest.high);
    return pmy_scaled(sum.high + (sum.low + power.rest.low), power.k);
}

double pmy_portable_exp(double x)
{
    return pmy_exponential((pmy_pair){x, 0});
}
