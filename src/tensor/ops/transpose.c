/* transpose: swaps the last two axes, y[..., j, i] = x[..., i, j];
 * dx[..., i, j] = dy[..., j, i]. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape shape = node->input[0]->shape;
    unsigned rank = pmy_shape_rank(shape);
    if (rank < 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs at least two axes");
    if (rank == 2 && node->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "would move the batch axis");
    node->shape = shape;
    node->shape.dim[rank - 2] = shape.dim[rank - 1];
    node->shape.dim[rank - 1] = shape.dim[rank - 2];
    return PMY_OK;
}

/* A tile is one matrix of the last two axes. */
static size_t tiles(const pmy_node *node)
{
    unsigned rank = pmy_shape_rank(node->shape);
    return pmy_shape_size(node->shape) / (node->shape.dim[rank - 2] * node->shape.dim[rank - 1]);
}

/* to[columns, rows] (+)= from[rows, columns]ᵀ */
static void swap(size_t rows, size_t columns, const pmy_real *from, pmy_real *to, bool accumulate)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            pmy_put(&to[j * rows + i], from[i * columns + j], accumulate);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    unsigned rank = pmy_shape_rank(node->shape);
    size_t columns = node->shape.dim[rank - 2], rows = node->shape.dim[rank - 1]; /* of x */
    for (size_t at = piece.begin * rows * columns; at < piece.end * rows * columns; at += rows * columns)
        swap(rows, columns, node->input[0]->value + at, node->value + at, false);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    unsigned rank = pmy_shape_rank(node->shape);
    size_t rows = node->shape.dim[rank - 2], columns = node->shape.dim[rank - 1]; /* of y */
    for (size_t at = piece.begin * rows * columns; at < piece.end * rows * columns; at += rows * columns)
        swap(rows, columns, node->gradient + at, node->input[0]->gradient + at, pmy_accumulates(node, 0));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_transpose_of(s->graph, pmy_sample_constant(s, PMY_SHAPE(5, 7), -1, 1));
    case 1:
        s->note = "in a batch";
        return pmy_transpose_of(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 2, 5), -1, 1));
    default:
        return NULL;
    }
}

const pmy_op pmy_op_transpose = {
    .name = "transpose",
    .checks.formula = "y[..., j, i] = x[..., i, j]",
    .infer = infer,
    .forward = {{.run = forward, .tiles = tiles}},
    .backward = {{.run = backward, .tiles = tiles, .gives = 1}},
    .checks.sample = sample,
};

pmy_node *pmy_transpose_of(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_transpose, 1, &x, NULL, 0);
}
