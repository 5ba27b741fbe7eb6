/* leaky_relu: y = x where x > 0, else 0.01 x; dx = dy or 0.01 dy (also at 0). */
#include "base/simd.h"
#include "tensor/op.h"

static const pmy_real slope = PMY_R(0.01);

PMY_CLONES
static void pmy_leaky_relu_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > 0 ? x[i] : slope * x[i];
}

PMY_CLONES
static void pmy_leaky_relu_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                                    const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], y[i] > 0 ? dy[i] : slope * dy[i], accumulate);
}

static const pmy_unary rule = {.forward = pmy_leaky_relu_forward,
                               .backward = pmy_leaky_relu_backward,
                               .kinked = true,
                               .low = -1,
                               .high = 1,
                               .code = "x > 0 ? x : 0.01f * x"};

PMY_UNARY_OP(leaky_relu, "y = x > 0 ? x : 0.01 x");
