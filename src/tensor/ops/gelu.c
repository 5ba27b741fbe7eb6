/* gelu, the exact form (Hendrycks and Gimpel, arXiv:1606.08415): with the normal
 * distribution's Φ(x) = erfc(−x/√2)/2 and density φ(x) = exp(−x²/2)/√(2π),
 * y = x Φ(x); dx = (Φ(x) + x φ(x)) dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

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

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_gelu(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -3, 3));
    case 1:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 11), -3, 3);
        return pmy_mul(s->graph, x, pmy_gelu(s->graph, x));
    default:
        return NULL;
    }
}

static const pmy_unary rule = {.forward = pmy_gelu_forward, .backward = pmy_gelu_backward, .needs_x = true};

const pmy_op pmy_op_gelu = {
    .name = "gelu",
    .formula = "y = x erfc(-x / sqrt(2)) / 2",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,

    .sample = sample,
};

pmy_node *pmy_gelu(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_gelu, 1, &x, NULL, 0);
}
