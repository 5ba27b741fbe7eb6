/* put_row: y is the rows of a cache, where the one at the position is replaced, in the cache's own memory;
 * dcache is dy but 0 in that row, drow is dy there. */
#include "tensor/op.h"
#include "tensor/ops/ops.h"

#include "kernels/runs.h"

#include <string.h>

enum { CACHE, ROW, POSITION };

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *cache = node->input[CACHE], *row = node->input[ROW], *position = node->input[POSITION];
    pmy_shape of_row = cache->shape, one = PMY_SHAPE(cache->shape.dim[0], 1);
    of_row.dim[1] = 1;
    if (pmy_shape_rank(cache->shape) != 3 || !pmy_shape_equal(row->shape, of_row) ||
        position->type != PMY_INTEGERS || !pmy_shape_equal(position->shape, one))
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "needs a cache [batch, block, d], a row [batch, 1, d] and integers [batch, 1]");
    if (!cache->batched || !row->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "cache and row must be parts of the batch");
    node->shape = cache->shape;
    return PMY_OK;
}

static int32_t position_of(const pmy_node *node, size_t example)
{
    return node->input[POSITION]->integers[example];
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t block = node->shape.dim[1], d = node->shape.dim[2];
    for (size_t b = piece.begin; b < piece.end; b++) {
        int32_t p = position_of(node, b);
        if (p < 0 || (size_t)p >= block) {
            pmy_report(node, b, "the position %ld is not in 0 … %zu", (long)p, block - 1);
            continue;
        }
        pmy_real *y = node->value + (b * block + (size_t)p) * d; /* [d] */
        memcpy(y, node->input[ROW]->value + b * d, d * sizeof *y);
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_t block = node->shape.dim[1], d = node->shape.dim[2];
    pmy_real *dcache = node->input[CACHE]->gradient; /* [batch, block, d] */
    pmy_real *drow = node->input[ROW]->gradient;     /* [batch, d] */
    for (size_t b = piece.begin; b < piece.end; b++) {
        size_t p = (size_t)position_of(node, b), begin = b * block * d, at = begin + p * d;
        const pmy_real *dy = node->gradient; /* [batch, block, d] */
        bool adds = pmy_accumulates(node, CACHE);
        if (drow)
            pmy_copy_runs(1, d, dy + at, d, drow + b * d, d, pmy_accumulates(node, ROW));
        if (dcache) {
            pmy_copy_runs(1, p * d, dy + begin, 0, dcache + begin, 0, adds);
            pmy_copy_runs(1, (block - p - 1) * d, dy + at + d, 0, dcache + at + d, 0, adds);
        }
        if (dcache && !adds)
            memset(dcache + at, 0, d * sizeof *dcache);
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const char *const notes[] = {NULL, "row used again"};
    if (index >= sizeof notes / sizeof *notes)
        return NULL;
    s->note = notes[index];
    pmy_node *cache = pmy_sample_input(s, PMY_SHAPE(4, 3, 5), -1, 1);
    pmy_node *row = pmy_sample_input(s, PMY_SHAPE(4, 1, 5), -1, 1);
    pmy_node *y = pmy_put_row(s->graph, cache, row, pmy_sample_integers(s, PMY_SHAPE(4, 1), 3));
    if (index == 1) /* whose part is there first */
        y = pmy_add(s->graph, y,
                    pmy_reshape(s->graph, pmy_concat(s->graph, 3, (pmy_node *[]){row, row, row}, 1),
                                PMY_SHAPE(4, 3, 5)));
    return y;
}

const pmy_op pmy_op_put_row = {
    .name = "put_row",
    .infer = infer,
    .view = true,
    .forward = {{.run = forward}},
    .integers = 1 << POSITION,
    .backward = {{.run = backward, .gives = 1 << CACHE | 1 << ROW}},
    .checks = {.formula = "y = the rows of a cache, one of them replaced", .sample = sample},
};

pmy_node *pmy_put_row(pmy_graph *graph, pmy_node *cache, pmy_node *row, pmy_node *position)
{
    return pmy_append(graph, &pmy_op_put_row, 3, (pmy_node *[]){cache, row, position}, NULL, 0);
}
