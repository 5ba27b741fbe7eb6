/* tanh: y = tanh x; dx = (1 − y²) dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_tanh_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_tanh(x[i]);
}

PMY_CLONES
static void pmy_tanh_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                              const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)x;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], (1 - y[i]) * (1 + y[i]) * dy[i], accumulate);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_tanh_of(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -2, 2));
    case 1:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 11), -2, 2);
        return pmy_mul(s->graph, x, pmy_tanh_of(s->graph, x));
    default:
        return NULL;
    }
}

static const pmy_unary rule = {.forward = pmy_tanh_forward, .backward = pmy_tanh_backward};

const pmy_op pmy_op_tanh = {
    .name = "tanh",
    .formula = "y = tanh(x)",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,

    .sample = sample,
};

pmy_node *pmy_tanh_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_tanh, 1, &x, NULL, 0);
}
