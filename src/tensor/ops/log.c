/* log: y = log x; dx = dy / x. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

PMY_CLONES
static void pmy_log_forward(const pmy_node *node, size_t n, const pmy_real *x, pmy_real *y)
{
    (void)node;
    for (size_t i = 0; i < n; i++)
        y[i] = pmy_log(x[i]);
}

PMY_CLONES
static void pmy_log_backward(const pmy_node *node, size_t n, const pmy_real *x, const pmy_real *y,
                             const pmy_real *dy, pmy_real *dx, bool accumulate)
{
    (void)node, (void)y;
    for (size_t i = 0; i < n; i++)
        pmy_put(&dx[i], dy[i] / x[i], accumulate);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_log_of(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), 0.3, 3));
    case 1:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 11), 0.3, 3);
        return pmy_mul(s->graph, x, pmy_log_of(s->graph, x));
    default:
        return NULL;
    }
}

static const pmy_unary rule = {.forward = pmy_log_forward, .backward = pmy_log_backward, .needs_x = true};

const pmy_op pmy_op_log = {
    .name = "log",
    .formula = "y = log(x)",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,

    .sample = sample,
};

pmy_node *pmy_log_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_log, 1, &x, NULL, 0);
}
