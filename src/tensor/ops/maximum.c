/* maximum: c = max(a, b); dc goes to the larger of the two, and where they are equal, half of it to each, as
 * in PyTorch. A NaN in either shows. */
#include "tensor/ops/ops.h"

#include "tensor/binary.h"

PMY_INLINED pmy_real c(pmy_real a, pmy_real b)
{
    return a > b || pmy_is_nan(a) ? a : b;
}

PMY_INLINED pmy_real da(pmy_real a, pmy_real b, pmy_real dc)
{
    return a == b ? dc / 2 : a < b ? 0 : dc;
}

PMY_INLINED pmy_real db(pmy_real a, pmy_real b, pmy_real dc)
{
    return a == b ? dc / 2 : b < a ? 0 : dc;
}

PMY_BINARY_OP(maximum, "c = max(a, b)", -1, 1, pmy_binary_choices);

pmy_node *pmy_maximum(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_maximum, 2, (pmy_node *[]){a, b}, NULL, 0);
}
