/* div: c = a / b, element by element; da = dc / b, db = −dc · a / b². Where b is 0, it ends in ±inf or NaN.
 */
#include "tensor/binary.h"
#include "tensor/ops/ops.h"

PMY_BINARY_RULE(div, a / b, dc / b, (-dc * (a / b / b)));
PMY_BINARY_OP(div, "c = a / b, element by element", 0.5, 2, NULL);
