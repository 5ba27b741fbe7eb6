/* sqrt: y = √x; dx = dy / (2 y), infinite where x is 0. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_sqrt_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_sqrt(x[i]);
}

PMY_CLONES
static void pmy_sqrt_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], dy[i] / (2 * y[i]), accumulate);
}

static const pmy_unary rule = {
    .forward = pmy_sqrt_forward, .backward = pmy_sqrt_backward, .low = 0.3, .high = 3};

PMY_UNARY_OP(sqrt, "y = sqrt(x)");

pmy_node *pmy_sqrt_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_sqrt, 1, &x, NULL, 0);
}
