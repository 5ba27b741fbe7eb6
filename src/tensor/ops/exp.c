/* exp: y = exp x; dx = y dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_UNARY_RULE(exp, pmy_real_exp(x[i]), y[i] * dy[i], .low = -2, .high = 2);
PMY_UNARY_OP(exp, "y = exp(x)");
