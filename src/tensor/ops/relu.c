/* relu: y = max(x, 0); dx = dy where x > 0, else 0 (also at 0). */
#include "base/simd.h"
#include "tensor/op.h"

/* A NaN must show, not become 0. */
PMY_UNARY_RULE(relu, (x[i] < 0) ? 0 : x[i], y[i] > 0 ? dy[i] : 0, .kinked = true, .low = -1, .high = 1,
               .code = "x > 0 ? x : 0");
PMY_UNARY_OP(relu, "y = max(x, 0)");
