/* relu: y = max(x, 0); dx = dy where x > 0, else 0 (also at 0). */
#include "base/simd.h"
#include "tensor/op.h"

PMY_CLONES
static void pmy_relu_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i]; /* a NaN must show, not become 0 */
}

PMY_CLONES
static void pmy_relu_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], y[i] > 0 ? dy[i] : 0, accumulate);
}

static const pmy_unary rule = {.forward = pmy_relu_forward,
                               .backward = pmy_relu_backward,
                               .kinked = true,
                               .low = -1,
                               .high = 1,
                               .code = "x > 0 ? x : 0"};

PMY_UNARY_OP(relu, "y = max(x, 0)");
