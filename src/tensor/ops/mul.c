/* mul: c = a · b, element by element; da = dc · b, db = dc · a. */
#include "tensor/binary.h"
#include "tensor/ops/ops.h"

PMY_BINARY_RULE(mul, (a * b), (dc * b), (dc * a));
PMY_BINARY_OP(mul, "c = a b, element by element", -1, 1, NULL);
