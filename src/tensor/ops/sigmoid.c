/* sigmoid: y = 1/(1 + exp(−x)); dx = y (1 − y) dy. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

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

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_sigmoid(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -4, 4));
    case 1:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 11), -4, 4);
        return pmy_mul(s->graph, x, pmy_sigmoid(s->graph, x));
    default:
        return NULL;
    }
}

static const pmy_unary rule = {.forward = pmy_sigmoid_forward, .backward = pmy_sigmoid_backward};

const pmy_op pmy_op_sigmoid = {
    .name = "sigmoid",
    .formula = "y = 1 / (1 + exp(-x))",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,

    .sample = sample,
};

pmy_node *pmy_sigmoid(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_sigmoid, 1, &x, NULL, 0);
}
