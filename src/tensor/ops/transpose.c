/* transpose: swaps two axes, y[…, j, …, i, …] = x[…, i, …, j, …]; dx is dy with the same two swapped. */
#include "tensor/axis.h"
#include "tensor/ops/ops.h"

#include "kernels/runs.h"

typedef struct transpose_attributes {
    int a, b; /* a < b */
} transpose_attributes;

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    transpose_attributes *is = node->attributes;
    pmy_status status = pmy_axis_infer(node, &is->a, error);
    if (status == PMY_OK)
        status = pmy_axis_infer(node, &is->b, error);
    if (status != PMY_OK)
        return status;
    if (is->a == is->b)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs two axes, not %d twice", is->a);
    if (is->a > is->b)
        *is = (transpose_attributes){is->b, is->a};
    pmy_shape x = node->shape = node->input[0]->shape;
    node->shape.dim[is->a] = x.dim[is->b];
    node->shape.dim[is->b] = x.dim[is->a];
    return PMY_OK;
}

/* to [outer, columns, middle, rows, inner] (+)= from [outer, rows, middle, columns, inner], which has this
 * shape. */
static void swap(const pmy_node *node, pmy_piece piece, pmy_shape shape, const pmy_real *from, pmy_real *to,
                 bool accumulate)
{
    const transpose_attributes *is = node->attributes;
    unsigned a = (unsigned)is->a, b = (unsigned)is->b;
    pmy_axis rows = pmy_axis_of(node, shape, piece);
    size_t middle = pmy_shape_span(shape, a + 1, b), inner = pmy_shape_span(shape, b + 1, PMY_MAX_RANK);
    for (size_t o = rows.begin; o < rows.end; o++) {
        size_t at = o * rows.size * rows.inner;
        pmy_swap_axes(rows.size, middle, shape.dim[b], inner, from + at, to + at, accumulate);
    }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    swap(node, piece, node->input[0]->shape, node->input[0]->value, node->value, false);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    swap(node, piece, node->shape, node->gradient, node->input[0]->gradient, pmy_accumulates(node, 0));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    pmy_graph *g = s->graph;
    switch (index) {
    case 0:
        return pmy_transpose(g, pmy_sample_constant(s, PMY_SHAPE(5, 7), -1, 1), 0, 1);
    case 1:
        s->note = "in a batch, over a tile";
        return pmy_transpose(g, pmy_sample_input(s, PMY_SHAPE(2, 17, 19), -1, 1), -1, -2);
    case 2:
        s->note = "two in between";
        return pmy_transpose(g, pmy_sample_input(s, PMY_SHAPE(3, 4, 2, 3), -1, 1), 1, 2);
    case 3:
        s->note = "two apart";
        return pmy_transpose(g, pmy_sample_input(s, PMY_SHAPE(3, 4, 2, 3), -1, 1), 1, 3);
    case 4: {
        s->note = "the first axis, used twice";
        pmy_node *x = pmy_sample_constant(s, PMY_SHAPE(3, 2, 3), -1, 1);
        return pmy_mul(g, x, pmy_transpose(g, x, 0, 2));
    }
    default:
        return NULL;
    }
}

const pmy_op pmy_op_transpose = {
    .name = "transpose",
    .infer = infer,
    .forward = {{.run = forward, .tiles = pmy_axis_tiles}},
    .backward = {{.run = backward, .tiles = pmy_axis_tiles, .gives = 1}},
    .checks = {.formula = "y = x with two axes swapped", .sample = sample},
};

pmy_node *pmy_transpose(pmy_graph *graph, pmy_node *x, int a, int b)
{
    return pmy_append(graph, &pmy_op_transpose, 1, &x, &(transpose_attributes){a, b},
                      sizeof(transpose_attributes));
}
