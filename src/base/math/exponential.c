#include "base/math/exponential.h"

#include "base/portable_math.h"

pmy_power pmy_power_at(pmy_pair x)
{
    double k = pmy_twos_in(x.high);
    pmy_pair r = pmy_pair_of_sum(x.high - k * PMY_LN2_HIGH, x.low - k * PMY_LN2_LOW);
    pmy_pair square = pmy_pair_of_product(r.high, r.high);
    pmy_pair rest = pmy_pair_of_ordered(r.high, square.high / 2);
    rest = pmy_pair_of_ordered(
        rest.high, rest.low + (pmy_exp_from_cube(r.high) + (square.low / 2 + (r.low + r.high * r.low))));
    return (pmy_power){rest, (int)k};
}

double pmy_portable_exp(double x)
{
    if (!(x > -746 && x < 710))
        return x < 0 ? 0 : x + (double)INFINITY;
    double k = pmy_twos_in(x), r = (x - k * PMY_LN2_HIGH) - k * PMY_LN2_LOW;
    double sum = 1 + r, lost = (1 - sum) + r;
    return pmy_scaled(sum + (lost + (r * r / 2 + pmy_exp_from_cube(r))), (int)k);
}
