/* abs: y = |x|; dx = dy where x > 0, −dy where x < 0, and 0 where x is 0, as in PyTorch. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

static inline pmy_real signed_like(pmy_real x, pmy_real dy)
{
    return x > 0 ? dy : x < 0 ? -dy : 0;
}

PMY_UNARY_RULE(abs, pmy_real_fabs(x[i]), signed_like(x[i], dy[i]), .needs_x = true, .kinked = true, .low = -1,
               .high = 1);
PMY_UNARY_OP(abs, "y = |x|");
