/* add: c = a + b, of the same shape; or c[r, j] = a[r, j] + b[j], a bias for every row.
 * da = dc; db = dc, or for a bias its sum over the rows, db[j] = Σ_r dc[r, j]. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "kernels/reduce.h"
#include "base/simd.h"

static bool is_bias(const pmy_node *node)
{
    return !pmy_shape_equal(node->input[0]->shape, node->input[1]->shape);
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *a = node->input[0], *b = node->input[1];
    bool same = pmy_shape_equal(a->shape, b->shape) && a->batched == b->batched;
    /* A bias along the batch axis would no longer fit when the batch shrinks. */
    bool bias = pmy_shape_rank(a->shape) > 1 && pmy_shape_rank(b->shape) == 1 &&
                b->shape.dim[0] == pmy_shape_last(a->shape) && !b->batched;
    if (!same && !bias)
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs two equal shapes, both or neither in the batch, or a matrix and a bias as "
                        "long as its rows");
    node->shape = a->shape;
    return PMY_OK;
}

/* c[i] = a[i] + b[i mod columns] */
PMY_CLONES
static void pmy_add_rows(size_t rows, size_t columns, const pmy_real *a, const pmy_real *b, size_t b_stride,
                         pmy_real *c)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < columns; j++)
            c[r * columns + j] = a[r * columns + j] + b[r * b_stride + j];
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t row_size = pmy_row_size(node), first = piece.begin * row_size;
    size_t columns = is_bias(node) ? pmy_shape_last(node->shape) : row_size;
    size_t rows = (piece.end - piece.begin) * row_size / columns;
    const pmy_real *a = node->input[0]->value + first; /* [rows, columns] */
    const pmy_real *b =
        node->input[1]->value + (is_bias(node) ? 0 : first); /* [columns] or [rows, columns] */
    pmy_add_rows(rows, columns, a, b, is_bias(node) ? 0 : columns, node->value + first);
}

static void pass_on(const pmy_node *node, unsigned input, pmy_piece piece)
{
    size_t row_size = pmy_row_size(node);
    for (size_t i = piece.begin * row_size; i < piece.end * row_size; i++)
        pmy_put(&node->input[input]->gradient[i], node->gradient[i], pmy_accumulates(node, input));
}

static void backward_a(const pmy_node *node, pmy_piece piece)
{
    pass_on(node, 0, piece);
}

static size_t bias_tiles(const pmy_node *node)
{
    if (!is_bias(node))
        return PMY_BY_ROWS;
    return (pmy_shape_last(node->shape) + PMY_COLUMN_TILE - 1) / PMY_COLUMN_TILE;
}

static void backward_b(const pmy_node *node, pmy_piece piece)
{
    if (!is_bias(node)) {
        pass_on(node, 1, piece);
        return;
    }
    size_t columns = pmy_shape_last(node->shape), begin = piece.begin * PMY_COLUMN_TILE;
    size_t end = piece.end * PMY_COLUMN_TILE < columns ? piece.end * PMY_COLUMN_TILE : columns;
    pmy_sum_columns(pmy_shape_size(node->shape) / columns, columns, begin, end, node->gradient,
                    node->input[1]->gradient, pmy_accumulates(node, 1));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    pmy_node *a = pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1);
    switch (index) {
    case 0:
        return pmy_add(s->graph, a, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
    case 1:
        s->note = "bias";
        return pmy_add(s->graph, a, pmy_sample_constant(s, PMY_SHAPE(7), -1, 1));
    case 2:
        s->note = "bias over a tile's width";
        return pmy_add(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 2, PMY_COLUMN_TILE + 3), -1, 1),
                       pmy_sample_constant(s, PMY_SHAPE(PMY_COLUMN_TILE + 3), -1, 1));
    case 3:
        s->note = "to itself";
        return pmy_add(s->graph, a, a);
    default:
        return NULL;
    }
}

const pmy_op pmy_op_add = {
    .name = "add",
    .checks.formula = "c = a + b",
    .infer = infer,
    .forward = {{.run = forward}},
    .whole = 1 << 1,
    .backward = {{.run = backward_a, .gives = 1 << 0},
                 {.run = backward_b, .tiles = bias_tiles, .gives = 1 << 1}},
    .checks.sample = sample,
};

pmy_node *pmy_add(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_add, 2, (pmy_node *[]){a, b}, NULL, 0);
}
