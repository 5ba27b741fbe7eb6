/* tanh x = e/(e + 2) with e = exp(2 x) − 1. */
#include "base/math/exponential.h"
#include "base/portable_math.h"

double pmy_portable_tanh(double x)
{
    double a = fabs(x);
    if (a >= 20) /* 1 is the nearest double */
        return copysign(1, x);
    if (!(a >= 0x1p-28))
        return x;
    double k = pmy_twos_in(2 * a), high = 2 * a - k * PMY_LN2_HIGH, low = k * PMY_LN2_LOW;
    double r = high - low, rest = ((high - r) - low) + (r * r / 2 + pmy_exp_from_cube(r));
    double scale = pmy_power_of_two((int)k);
    pmy_pair first = pmy_pair_of_sum(scale - 1, scale * r);
    double e = first.high + (first.low + scale * rest);
    return copysign(e / (e + 2), x);
}
