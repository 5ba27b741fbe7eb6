/* softplus (Dugas, Bengio, Bélisle, Nadeau and Garcia, NIPS 2000): y = log(1 + exp(x)), which is
 * max(x, 0) + log(1 + exp(−|x|)); dx = dy/(1 + exp(−x)).
 *
 * No part of pmy: tests/test_activation.sh adds it to a copy, as src/tensor/activation.h says. */
#include "base/simd.h"
#include "tensor/op.h"

PMY_CLONES
static void pmy_softplus_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = (x[i] > 0 ? x[i] : 0) + pmy_real_log1p(pmy_real_exp(x[i] > 0 ? -x[i] : x[i]));
}

PMY_CLONES
static void pmy_softplus_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                                  const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], dy[i] / (1 + pmy_real_exp(-x[i])), accumulate);
}

static const pmy_unary rule = {.forward = pmy_softplus_forward,
                               .backward = pmy_softplus_backward,
                               .needs_x = true,
                               .low = -4,
                               .high = 4,
                               .code = "fmaxf(x, 0) + log1pf(expf(-fabsf(x)))"};

PMY_UNARY_OP(softplus, "y = log(1 + exp(x))");
