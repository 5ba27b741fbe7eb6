/* tanh: y = tanh x; dx = (1 − y²) dy. */
#include "base/simd.h"
#include "tensor/op.h"

PMY_UNARY_RULE(tanh, pmy_real_tanh(x[i]), (1 - y[i]) * (1 + y[i]) * dy[i], .low = -2, .high = 2,
               .code = "tanhf(x)");
PMY_UNARY_OP(tanh, "y = tanh(x)");
