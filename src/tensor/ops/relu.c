/* relu: y = max(x, 0); dx = dy where x > 0, else 0 (also at 0). */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

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

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_relu(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
    case 1:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 11), -1, 1);
        return pmy_mul(s->graph, x, pmy_relu(s->graph, x));
    default:
        return NULL;
    }
}

static const pmy_unary rule = {.forward = pmy_relu_forward, .backward = pmy_relu_backward, .kinked = true};

const pmy_op pmy_op_relu = {
    .name = "relu",
    .formula = "y = max(x, 0)",
    .infer = pmy_unary_infer,
    .forward = {{.run = pmy_unary_forward}},
    .backward = {{.run = pmy_unary_backward, .gives = 1}},
    .unary = &rule,
    .choices = pmy_sign_choices,
    .sample = sample,
};

pmy_node *pmy_relu(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_relu, 1, &x, NULL, 0);
}
