/* gelu, the exact form (Hendrycks and Gimpel, arXiv:1606.08415): with the normal
 * distribution's Φ(x) = erfc(−x/√2)/2 and density φ(x) = exp(−x²/2)/√(2π),
 * y = x Φ(x); dx = (Φ(x) + x φ(x)) dy. */
#include "kernels/normal.h"
#include "tensor/op.h"

PMY_INLINED pmy_real distribution(pmy_real x)
{
    return pmy_normal_at(x).distribution;
}

PMY_INLINED pmy_real density(pmy_real x)
{
    return PMY_R(0.39894228040143267793994605993438186848) * pmy_normal_at(x).exponential;
}

PMY_INLINED pmy_real slope_at(pmy_real x)
{
    return distribution(x) + x * density(x);
}

PMY_CLONES
static void pmy_gelu_slope(size_t n, const pmy_real *x, pmy_real *y, pmy_real *slope)
{
    for (size_t i = 0; i < n; i++) {
        const pmy_real at = x[i];
        slope[i] = slope_at(at);
        y[i] = at * distribution(at);
    }
}

PMY_UNARY_RULE(gelu, x[i] * distribution(x[i]), slope_at(x[i]) * dy[i], .slope = pmy_gelu_slope,
               .needs_x = true, .low = -3, .high = 3, .code = "0.5f * x * erfcf(-0.707106781f * x)");
PMY_UNARY_OP(gelu, "y = x erfc(-x / sqrt(2)) / 2");
