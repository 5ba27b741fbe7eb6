/* sigmoid: y = 1/(1 + exp(−x)); dx = y (1 − y) dy. */
#include "base/simd.h"
#include "tensor/op.h"

/* exp of a negative number only, so that nothing overflows. */
static inline pmy_real logistic(pmy_real x)
{
    pmy_real e = pmy_real_exp(-pmy_real_fabs(x));
    return (x > 0 ? 1 : e) / (1 + e);
}

PMY_UNARY_RULE(sigmoid, logistic(x[i]), y[i] * (1 - y[i]) * dy[i], .low = -4, .high = 4,
               .code = "1 / (1 + expf(-x))");
PMY_UNARY_OP(sigmoid, "y = 1 / (1 + exp(-x))");
