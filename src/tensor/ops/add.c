/* add: c = a + b; da = dc, db = dc. */
#include "tensor/ops/ops.h"

#include "tensor/binary.h"

PMY_INLINED pmy_real c(pmy_real a, pmy_real b)
{
    return a + b;
}

PMY_INLINED pmy_real da(pmy_real a, pmy_real b, pmy_real dc)
{
    (void)a, (void)b;
    return dc;
}

PMY_INLINED pmy_real db(pmy_real a, pmy_real b, pmy_real dc)
{
    (void)a, (void)b;
    return dc;
}

PMY_BINARY_OP(add, "c = a + b", -1, 1, NULL);

pmy_node *pmy_add(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_add, 2, (pmy_node *[]){a, b}, NULL, 0);
}
