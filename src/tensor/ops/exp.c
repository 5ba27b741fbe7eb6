/* exp: y = exp x; dx = y dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_exp_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_exp(x[i]);
}

PMY_CLONES
static void pmy_exp_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                             const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], y[i] * dy[i], accumulate);
}

static const pmy_unary rule = {
    .forward = pmy_exp_forward, .backward = pmy_exp_backward, .low = -2, .high = 2};

PMY_UNARY_OP(exp, "y = exp(x)");

pmy_node *pmy_exp_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_exp, 1, &x, NULL, 0);
}
