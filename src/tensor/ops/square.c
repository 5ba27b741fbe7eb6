/* square: y = x²; dx = 2 x dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_square_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * x[i];
}

PMY_CLONES
static void pmy_square_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                                const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], 2 * x[i] * dy[i], accumulate);
}

static const pmy_unary rule = {
    .forward = pmy_square_forward, .backward = pmy_square_backward, .needs_x = true, .low = -1, .high = 1};

PMY_UNARY_OP(square, "y = x^2");

pmy_node *pmy_square(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_square, 1, &x, NULL, 0);
}
