/* global_average_pool: y = Σ x/(height width) over a channel; dx = dy/(height width). */
#include "layers/global_average_pool.h"

#include "tensor/op.h"
#include "tensor/ops/ops.h"
#include "kernels/reduce.h"

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[0]->shape;
    if (pmy_shape_rank(x) != 4)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs [batch, channels, height, width], not %s",
                        pmy_shape_print(x).text);
    node->shape = PMY_SHAPE(x.dim[0], x.dim[1]);
    return PMY_OK;
}

static size_t plane_size(const pmy_node *node)
{
    const size_t *x = node->input[0]->shape.dim;
    return x[2] * x[3];
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t channels = node->shape.dim[1], size = plane_size(node);
    const pmy_real *x = node->input[0]->value; /* [batch, channels, height · width] */
    pmy_real *y = node->value;                 /* [batch, channels] */
    for (size_t plane = piece.begin * channels; plane < piece.end * channels; plane++)
        y[plane] = (pmy_real)(pmy_sum_of(size, x + plane * size) / (pmy_accum)size);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_t channels = node->shape.dim[1], size = plane_size(node);
    const pmy_real *dy = node->gradient; /* [batch, channels] */
    for (size_t plane = piece.begin * channels; plane < piece.end * channels; plane++) {
        pmy_real *dx = node->input[0]->gradient + plane * size; /* [height · width] */
        pmy_real share = dy[plane] / (pmy_real)size;
        for (size_t i = 0; i < size; i++)
            pmy_put(&dx[i], share, pmy_accumulates(node, 0));
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_global_average_pool(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 2, 5, 7), -1, 1));
    case 1:
        s->note = "one number a channel";
        return pmy_global_average_pool(s->graph, pmy_sample_input(s, PMY_SHAPE(2, 3, 1, 1), -1, 1));
    case 2:
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 2, 3, 3), -1, 1);
        pmy_node *y = pmy_global_average_pool(s->graph, x);
        return pmy_mul(s->graph, y, pmy_global_average_pool(s->graph, x));
    default:
        return NULL;
    }
}

const pmy_op pmy_op_global_average_pool = {
    .name = "global_average_pool",
    .checks.formula = "y = mean x over height and width",
    .infer = infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
    .checks.sample = sample,
};

pmy_node *pmy_global_average_pool(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_global_average_pool, 1, &x, NULL, 0);
}
