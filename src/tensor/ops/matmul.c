/* matmul: c[m, n] = a[m, k] · b[k, n]; da = dc · bᵀ, db = aᵀ · dc. */
#include "tensor/ops/ops.h"

#include "kernels/gemm.h"
#include "tensor/op.h"

enum { TILE_ROWS = 64 };

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape a = node->input[0]->shape, b = node->input[1]->shape;
    if (pmy_shape_rank(a) != 2 || pmy_shape_rank(b) != 2 || a.dim[1] != b.dim[0])
        return pmy_fail(error, PMY_BAD_SHAPE, "needs [m, k] and [k, n]");
    if (node->input[1]->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the second factor cannot be a part of the batch");
    if (a.dim[0] > PMY_GEMM_MAX || a.dim[1] > PMY_GEMM_MAX || b.dim[1] > PMY_GEMM_MAX)
        return pmy_fail(error, PMY_BAD_SHAPE, "an axis is longer than the product can take");
    node->shape = PMY_SHAPE(a.dim[0], b.dim[1]);
    return PMY_OK;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t k = node->input[1]->shape.dim[0], n = node->shape.dim[1];
    const pmy_real *a = node->input[0]->value + piece.begin * k; /* [rows, k] */
    const pmy_real *b = node->input[1]->value;                   /* [k, n] */
    pmy_gemm(PMY_PLAIN, PMY_PLAIN, piece.end - piece.begin, n, k, a, k, b, n, false,
             node->value + piece.begin * n, n);
}

static void backward_a(const pmy_node *node, pmy_piece piece)
{
    size_t k = node->input[1]->shape.dim[0], n = node->shape.dim[1];
    const pmy_real *dc = node->gradient + piece.begin * n;     /* [rows, n] */
    const pmy_real *b = node->input[1]->value;                 /* [k, n] */
    pmy_real *da = node->input[0]->gradient + piece.begin * k; /* [rows, k] */
    pmy_gemm(PMY_PLAIN, PMY_TRANSPOSED, piece.end - piece.begin, k, n, dc, n, b, n, pmy_accumulates(node, 0),
             da, k);
}

static size_t b_tiles(const pmy_node *node)
{
    return pmy_parts(node->input[1]->shape.dim[0], TILE_ROWS);
}

static void backward_b(const pmy_node *node, pmy_piece piece)
{
    size_t m = node->shape.dim[0], k = node->input[1]->shape.dim[0], n = node->shape.dim[1];
    pmy_piece rows = pmy_tiled(piece, TILE_ROWS, k);
    const pmy_real *a = node->input[0]->value + rows.begin;   /* [m, the rows of k] */
    const pmy_real *dc = node->gradient;                      /* [m, n] */
    pmy_real *db = node->input[1]->gradient + rows.begin * n; /* [rows, n] */
    pmy_gemm(PMY_TRANSPOSED, PMY_PLAIN, rows.end - rows.begin, n, m, a, k, dc, n, pmy_accumulates(node, 1),
             db, n);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_matmul(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1),
                          pmy_sample_constant(s, PMY_SHAPE(7, 3), -1, 1));
    case 1:
        s->note = "over a tile's rows";
        return pmy_matmul(s->graph, pmy_sample_input(s, PMY_SHAPE(3, TILE_ROWS + 1), -1, 1),
                          pmy_sample_constant(s, PMY_SHAPE(TILE_ROWS + 1, 2), -1, 1));
    case 2: {
        s->note = "by itself";
        pmy_node *a = pmy_sample_constant(s, PMY_SHAPE(4, 4), -1, 1);
        return pmy_matmul(s->graph, a, a);
    }
    default:
        return NULL;
    }
}

const pmy_op pmy_op_matmul = {
    .name = "matmul",
    .checks.formula = "c[m, n] = a[m, k] b[k, n]",
    .infer = infer,
    .forward = {{.run = forward}},
    .whole = 1 << 1,
    .backward = {{.run = backward_a, .gives = 1 << 0},
                 {.run = backward_b, .tiles = b_tiles, .gives = 1 << 1}},
    .checks.sample = sample,
};

pmy_node *pmy_matmul(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_matmul, 2, (pmy_node *[]){a, b}, NULL, 0);
}
