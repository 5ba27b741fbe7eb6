/* log: y = log x; dx = dy / x. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_log_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_log(x[i]);
}

PMY_CLONES
static void pmy_log_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                             const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], dy[i] / x[i], accumulate);
}

static const pmy_unary rule = {
    .forward = pmy_log_forward, .backward = pmy_log_backward, .needs_x = true, .low = 0.3, .high = 3};

PMY_UNARY_OP(log, "y = log(x)");

pmy_node *pmy_log_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_log, 1, &x, NULL, 0);
}
