/* square: y = x²; dx = 2 x dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_UNARY_RULE(square, x[i] * x[i], 2 * x[i] * dy[i], .needs_x = true, .low = -1, .high = 1);
PMY_UNARY_OP(square, "y = x^2");
