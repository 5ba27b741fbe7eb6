/* leaky_relu: y = x where x > 0, else 0.01 x; dx = dy or 0.01 dy (also at 0). */
#include "base/simd.h"
#include "tensor/op.h"

static const pmy_real slope = PMY_R(0.01);

PMY_UNARY_RULE(leaky_relu, x[i] > 0 ? x[i] : slope * x[i], y[i] > 0 ? dy[i] : slope * dy[i], .kinked = true,
               .low = -1, .high = 1, .code = "x > 0 ? x : 0.01f * x");
PMY_UNARY_OP(leaky_relu, "y = x > 0 ? x : 0.01 x");
