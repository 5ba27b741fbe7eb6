/* sqrt: y = √x; dx = dy / (2 y), infinite where x is 0. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_UNARY_RULE(sqrt, pmy_real_sqrt(x[i]), dy[i] / (2 * y[i]), .low = 0.3, .high = 3);
PMY_UNARY_OP(sqrt, "y = sqrt(x)");

pmy_node *pmy_sqrt(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_sqrt, 1, &x, NULL, 0);
}
