/* erfc. Near 0 it is 1 − erf, by the Taylor series of erf; else
 *
 *   erfc(x) = exp(−x²) g(x)/(1 + 2 x)
 *
 * where g is smooth and nearly flat (Shepherd and Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²)
 * erfc x in 0 ≤ x < ∞", Mathematics of Computation 36, 1981): a polynomial, fitted at Chebyshev's nodes to
 * 2^-58, in t = (11 x − 33)/(9 x + 23), which is −1 for x = ½ and 1 for x = 28. */
#include "base/math/exponential.h"
#include "base/portable_math.h"

static const pmy_pair g_0 = {0x1.40c522d7e4987p+0, 0x1.a19969d5cf11fp-55};
static const double g[] = {
    -0.10274326221559184,   -0.03352386526826088,    0.05268213145879343,     -0.029361890523971923,
    0.008737661623573215,   -0.0006478857765246023,  -0.0004963138200976328,  0.0001271897385236202,
    3.086819689803723e-05,  -1.3680524581930669e-05, -2.9237657591678754e-06, 1.3959359134674821e-06,
    4.0631890376264056e-07, -1.2972583046361694e-07, -6.464561651849468e-08,  7.642656181568496e-09,
    9.732867199852291e-09,  6.547331457924565e-10,   -1.1812262298819146e-09, -2.8316052964276966e-10,
    8.443676287791691e-11,  3.380701961187972e-11};

/* 1 − erf x, |x| ≤ ½: erf x = 2/√π Σ (−1)^n x^(2n+1)/(n! (2n + 1)). */
static double near_zero(double x)
{
    const pmy_pair two_by_root_pi = {0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};
    double w = x * x;
    double series = -1.0 / 6894720 + w * (1.0 / 76204800 + w * (-1.0 / 918086400 + w * (1.0 / 11975040000)));
    series = -1.0 / 1320 + w * (1.0 / 9360 + w * (-1.0 / 75600 + w * (1.0 / 685440 + w * series)));
    series = w * (-1.0 / 3 + w * (1.0 / 10 + w * (-1.0 / 42 + w * (1.0 / 216 + w * series))));
    pmy_pair first = pmy_pair_multiply((pmy_pair){x, 0}, two_by_root_pi);
    pmy_pair rest = pmy_pair_of_sum(1, -first.high);
    return rest.high + (rest.low - (first.low + first.high * series));
}

/* ½ ≤ x ≤ 28. */
static double beyond(double x)
{
    double t = (11 * x - 33) / (9 * x + 23), series = 0;
    for (unsigned i = sizeof g / sizeof *g; i-- > 0;)
        series = t * (series + g[i]);
    pmy_pair flat = pmy_pair_of_ordered(g_0.high, series);
    flat.low += g_0.low;
    pmy_pair square = pmy_pair_of_product(x, x);
    pmy_power power = pmy_power_at((pmy_pair){-square.high, -square.low});
    pmy_pair exponential = pmy_pair_of_ordered(1, power.rest.high);
    exponential.low += power.rest.low;
    pmy_pair value = pmy_pair_divide(pmy_pair_multiply(exponential, flat), pmy_pair_of_sum(1, 2 * x));
    return pmy_scaled(value.high + value.low, power.k);
}

double pmy_portable_erfc(double x)
{
    double a = fabs(x);
    if (!(a > 0.5))
        return near_zero(x);
    double above = a < 28 ? beyond(a) : 0;
    return x < 0 ? 2 - above : above;
}
