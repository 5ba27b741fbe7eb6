/* gelu, the exact form (Hendrycks and Gimpel, arXiv:1606.08415): with the normal
 * distribution's Φ(x) = erfc(−x/√2)/2 and density φ(x) = exp(−x²/2)/√(2π),
 * y = x Φ(x); dx = (Φ(x) + x φ(x)) dy. */
#include "base/simd.h"
#include "tensor/op.h"

static inline pmy_real distribution(pmy_real x)
{
    return PMY_R(0.5) * pmy_erfc(x * PMY_R(-0.70710678118654752440084436210484903928));
}

static inline pmy_real density(pmy_real x)
{
    return PMY_R(0.39894228040143267793994605993438186848) * pmy_exp(PMY_R(-0.5) * x * x);
}

PMY_CLONES
static void pmy_gelu_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * distribution(x[i]);
}

PMY_CLONES
static void pmy_gelu_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], (distribution(x[i]) + x[i] * density(x[i])) * dy[i], accumulate);
}

static const pmy_unary rule = {.forward = pmy_gelu_forward,
                               .backward = pmy_gelu_backward,
                               .needs_x = true,
                               .low = -3,
                               .high = 3,
                               .code = "0.5f * x * erfcf(-0.707106781f * x)"};

PMY_UNARY_OP(gelu, "y = x erfc(-x / sqrt(2)) / 2");
