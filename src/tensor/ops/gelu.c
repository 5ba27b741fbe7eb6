/* gelu, the exact form (Hendrycks and Gimpel, arXiv:1606.08415): with the normal
 * distribution's Φ(x) = erfc(−x/√2)/2 and density φ(x) = exp(−x²/2)/√(2π),
 * y = x Φ(x); dx = (Φ(x) + x φ(x)) dy. */
#include "base/simd.h"
#include "tensor/op.h"

static inline pmy_real distribution(pmy_real x)
{
    return PMY_R(0.5) * pmy_real_erfc(x * PMY_R(-0.70710678118654752440084436210484903928));
}

static inline pmy_real density(pmy_real x)
{
    return PMY_R(0.39894228040143267793994605993438186848) * pmy_real_exp(PMY_R(-0.5) * x * x);
}

PMY_UNARY_RULE(gelu, x[i] * distribution(x[i]), (distribution(x[i]) + x[i] * density(x[i])) * dy[i],
               .needs_x = true, .low = -3, .high = 3, .code = "0.5f * x * erfcf(-0.707106781f * x)");
PMY_UNARY_OP(gelu, "y = x erfc(-x / sqrt(2)) / 2");
