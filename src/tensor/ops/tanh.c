/* tanh: y = tanh x; dx = (1 − y²) dy. */
#include "base/simd.h"
#include "tensor/op.h"

PMY_CLONES
static void pmy_tanh_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_real_tanh(x[i]);
}

PMY_CLONES
static void pmy_tanh_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], (1 - y[i]) * (1 + y[i]) * dy[i], accumulate);
}

static const pmy_unary rule = {
    .forward = pmy_tanh_forward, .backward = pmy_tanh_backward, .low = -2, .high = 2, .code = "tanhf(x)"};

PMY_UNARY_OP(tanh, "y = tanh(x)");
