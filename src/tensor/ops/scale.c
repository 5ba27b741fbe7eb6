/* scale: y = factor · x; dx = factor · dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_scale_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    const pmy_real factor = *(const pmy_real *)node->attributes;
    for (size_t i = 0; i < n; i++)
        y[i] = factor * x[i];
}

PMY_CLONES
static void pmy_scale_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                               const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)x, (void)y;
    const pmy_real factor = *(const pmy_real *)node->attributes;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], factor * dy[i], accumulate);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    if (index > 0)
        return NULL;
    return pmy_scale(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1), -2.5);
}

static const pmy_unary rule = {.forward = pmy_scale_forward, .backward = pmy_scale_backward};

const pmy_op pmy_op_scale = {
    .name = "scale",
    .checks.formula = "y = factor x",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,
    .checks.sample = sample,
};

pmy_node *pmy_scale(pmy_graph *graph, pmy_node *x, double factor)
{
    pmy_real rounded = (pmy_real)factor;
    return pmy_append(graph, &pmy_op_scale, 1, &x, &rounded, sizeof rounded);
}
