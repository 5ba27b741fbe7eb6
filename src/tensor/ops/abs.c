/* abs: y = |x|; dx = dy where x > 0, −dy where x < 0, and 0 where x is 0, as in PyTorch. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_abs_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_fabs(x[i]);
}

PMY_CLONES
static void pmy_abs_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                             const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], x[i] > 0 ? dy[i] : x[i] < 0 ? -dy[i] : 0, accumulate);
}

static const pmy_unary rule = {.forward = pmy_abs_forward,
                               .backward = pmy_abs_backward,
                               .needs_x = true,
                               .kinked = true,
                               .low = -1,
                               .high = 1};

PMY_UNARY_OP(abs, "y = |x|");

pmy_node *pmy_abs(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_abs, 1, &x, NULL, 0);
}
