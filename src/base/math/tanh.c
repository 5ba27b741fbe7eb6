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
    pmy_power power = pmy_power_at((pmy_pair){2 * a, 0});
    double scale = pmy_scaled(1, power.k);
    pmy_pair e = pmy_pair_of_sum(scale - 1, scale * power.rest.high);
    e = pmy_pair_of_ordered(e.high, e.low + scale * power.rest.low);
    pmy_pair quotient = pmy_pair_divide(e, pmy_pair_add(e, (pmy_pair){2, 0}));
    return copysign(quotient.high + quotient.low, x);
}
