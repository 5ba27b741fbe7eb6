/* sigmoid: y = 1/(1 + exp(−x)); dx = y (1 − y) dy. */
#include "base/simd.h"
#include "tensor/op.h"

/* exp of a negative number only, so that nothing overflows. */
static inline pmy_real logistic(pmy_real x)
{
    pmy_real e = pmy_exp(-pmy_fabs(x));
    return (x > 0 ? 1 : e) / (1 + e);
}

PMY_CLONES
static void pmy_sigmoid_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = logistic(x[i]);
}

PMY_CLONES
static void pmy_sigmoid_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                                 const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], y[i] * (1 - y[i]) * dy[i], accumulate);
}

static const pmy_unary rule = {.forward = pmy_sigmoid_forward,
                               .backward = pmy_sigmoid_backward,
                               .low = -4,
                               .high = 4,
                               .code = "1 / (1 + expf(-x))"};

PMY_UNARY_OP(sigmoid, "y = 1 / (1 + exp(-x))");
