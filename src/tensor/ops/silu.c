/* silu (Elfwing, Uchibe and Doya, arXiv:1702.03118): with the sigmoid σ(x) = 1/(1 + exp(−x)), y = x σ(x);
 * dx = σ(x) (1 + x (1 − σ(x))) dy. */
#include "base/simd.h"
#include "tensor/op.h"

static inline pmy_real sigma(pmy_real x)
{
    return 1 / (1 + pmy_exp(-x));
}

PMY_CLONES
static void pmy_silu_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * sigma(x[i]);
}

PMY_CLONES
static void pmy_silu_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++) {
        pmy_real s = sigma(x[i]);
        pmy_put(&dx[i], s * (1 + x[i] * (1 - s)) * dy[i], accumulate);
    }
}

static const pmy_unary rule = {.forward = pmy_silu_forward,
                               .backward = pmy_silu_backward,
                               .needs_x = true,
                               .low = -4,
                               .high = 4,
                               .code = "x / (1 + expf(-x))"};

PMY_UNARY_OP(silu, "y = x / (1 + exp(-x))");
