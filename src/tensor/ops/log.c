/* log: y = log x; dx = dy / x. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_UNARY_RULE(log, pmy_real_log(x[i]), dy[i] / x[i], .needs_x = true, .low = 0.3, .high = 3);
PMY_UNARY_OP(log, "y = log(x)");
