/* mul: c = a · b, element by element; da = dc · b, db = dc · a. */
#include "tensor/ops/ops.h"

#include "tensor/binary.h"

PMY_INLINED pmy_real c(pmy_real a, pmy_real b)
{
    return a * b;
}

PMY_INLINED pmy_real da(pmy_real a, pmy_real b, pmy_real dc)
{
    (void)a;
    return dc * b;
}

PMY_INLINED pmy_real db(pmy_real a, pmy_real b, pmy_real dc)
{
    (void)b;
    return dc * a;
}

PMY_BINARY_OP(mul, "c = a b, element by element", -1, 1, NULL);

pmy_node *pmy_mul(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_mul, 2, (pmy_node *[]){a, b}, NULL, 0);
}
