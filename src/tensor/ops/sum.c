/* sum: y = Σ x over all elements; dx = dy everywhere.
 * mean: y = Σ x / n; dx = dy / n. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "kernels/reduce.h"

enum { TILE = 16384 };

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    (void)error;
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    return PMY_OK;
}

static size_t tiles(const pmy_node *node)
{
    return pmy_parts(pmy_shape_size(node->input[0]->shape), TILE);
}

/* dx (+)= share on the tiles of x. */
static void spread(const pmy_node *node, pmy_piece piece, pmy_real share)
{
    pmy_piece part = pmy_tiled(piece, TILE, pmy_shape_size(node->input[0]->shape));
    for (size_t i = part.begin; i < part.end; i++)
        pmy_put(&node->input[0]->gradient[i], share, pmy_accumulates(node, 0));
}

static void forward_sum(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    node->value[0] = (pmy_real)pmy_sum_of(pmy_shape_size(node->input[0]->shape), node->input[0]->value);
}

static void backward_sum(const pmy_node *node, pmy_piece piece)
{
    spread(node, piece, node->gradient[0]);
}

static void forward_mean(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    size_t size = pmy_shape_size(node->input[0]->shape);
    node->value[0] = (pmy_real)(pmy_sum_of(size, node->input[0]->value) / (pmy_accum)size);
}

static void backward_mean(const pmy_node *node, pmy_piece piece)
{
    spread(node, piece, node->gradient[0] / (pmy_real)pmy_shape_size(node->input[0]->shape));
}

static pmy_node *sample_sum(pmy_sample *s, unsigned index)
{
    return index ? NULL : pmy_sum(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
}

static pmy_node *sample_mean(pmy_sample *s, unsigned index)
{
    return index ? NULL : pmy_mean(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
}

const pmy_op pmy_op_sum = {
    .name = "sum",
    .checks.formula = "y = sum of all x",
    .infer = infer,
    .forward = {{.run = forward_sum, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_sum, .tiles = tiles, .gives = 1}},
    .checks.sample = sample_sum,
};

const pmy_op pmy_op_mean = {
    .name = "mean",
    .checks.formula = "y = sum of all x / n",
    .infer = infer,
    .forward = {{.run = forward_mean, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_mean, .tiles = tiles, .gives = 1}},
    .checks.sample = sample_mean,
};

pmy_node *pmy_sum(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_sum, 1, &x, NULL, 0);
}

pmy_node *pmy_mean(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_mean, 1, &x, NULL, 0);
}
