/* sqrt: y = √x; dx = dy / (2 y), infinite where x is 0. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_UNARY_RULE(sqrt, pmy_real_sqrt(x[i]), dy[i] / (2 * y[i]), .low = 0.3, .high = 3);
PMY_UNARY_OP(sqrt, "y = sqrt(x)");
