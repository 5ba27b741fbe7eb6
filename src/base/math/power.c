/* pow: x^y = exp(y log x), with y log x in a pair. */
#include "base/math/exponential.h"
#include "base/math/logarithm.h"
#include "base/portable_math.h"

#include <stdbool.h>

double pmy_portable_pow(double x, double y)
{
    if (y == 0 || x == 1)
        return 1;
    if (!(x >= 0) || y != y)
        return (double)NAN;
    bool grows = (x > 1) == (y > 0);
    if (x == 0 || x == (double)INFINITY || fabs(y) == (double)INFINITY)
        return grows ? (double)INFINITY : 0;
    pmy_pair logarithm = pmy_logarithm(x);
    if (fabs(y * logarithm.high) > 1100)
        return grows ? (double)INFINITY : 0;
    pmy_power power = pmy_power_at(pmy_pair_multiply(logarithm, (pmy_pair){y, 0}));
    pmy_pair sum = pmy_pair_of_ordered(1, power.rest.high);
    return pmy_scaled(sum.high + (sum.low + power.rest.low), power.k);
}
