/* silu (Elfwing, Uchibe and Doya, arXiv:1702.03118): with the sigmoid σ(x) = 1/(1 + exp(−x)), y = x σ(x);
 * dx = σ(x) (1 + x (1 − σ(x))) dy. */
#include "base/simd.h"
#include "tensor/op.h"

static inline pmy_real sigma(pmy_real x)
{
    return 1 / (1 + pmy_real_exp(-x));
}

static inline pmy_real slope(pmy_real x)
{
    pmy_real s = sigma(x);
    return s * (1 + x * (1 - s));
}

PMY_UNARY_RULE(silu, x[i] * sigma(x[i]), slope(x[i]) * dy[i], .needs_x = true, .low = -4, .high = 4,
               .code = "x / (1 + expf(-x))");
PMY_UNARY_OP(silu, "y = x / (1 + exp(-x))");
