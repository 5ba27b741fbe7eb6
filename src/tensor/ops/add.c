/* add: c = a + b; da = dc, db = dc. */
#include "tensor/binary.h"
#include "tensor/ops/ops.h"

PMY_BINARY_RULE(add, a + b, dc, dc);
PMY_BINARY_OP(add, "c = a + b", -1, 1, NULL);
