/* reshape: the same elements in the same order, in another shape, so the same memory; dx = dy. The batch's
 * axis may be joined with those after it, [batch, time, d] to [batch·time, d], and split again. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"

enum { TILE = 16384 };

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape from = node->input[0]->shape, to = *(const pmy_shape *)node->attributes;
    if (!pmy_shape_valid(to) || pmy_shape_size(to) != pmy_shape_size(from))
        return pmy_fail(error, PMY_BAD_SHAPE, "%s has another number of elements", pmy_shape_print(to).text);
    if (node->input[0]->type == PMY_COUNTS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a counter has one shape");
    node->shape = to;
    node->type = node->input[0]->type;
    return PMY_OK;
}

/* By rows where these stay together, so that a layer before and after can go
 * piece by piece. */
static size_t tiles(const pmy_node *node)
{
    if (node->batched || pmy_rows(node) == pmy_rows(node->input[0]))
        return PMY_BY_ROWS;
    return pmy_parts(pmy_shape_size(node->shape), TILE);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_t each = tiles(node) == PMY_BY_ROWS ? pmy_row_size(node) : TILE;
    pmy_piece part = pmy_tiled(piece, each, pmy_shape_size(node->shape));
    for (size_t i = part.begin; i < part.end; i++)
        pmy_put(&node->input[0]->gradient[i], node->gradient[i], pmy_accumulates(node, 0));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_reshape(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 6), -1, 1), PMY_SHAPE(5, 2, 3));
    case 1:
        s->note = "first axis changes";
        return pmy_reshape(s->graph, pmy_sample_constant(s, PMY_SHAPE(4, 6), -1, 1), PMY_SHAPE(3, 8));
    case 2:
        s->note = "the batch's axis joined with the next";
        return pmy_reshape(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 4, 2), -1, 1), PMY_SHAPE(12, 2));
    case 3: {
        s->note = "joined, used, and split again";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 4, 2), -1, 1);
        pmy_node *joined = pmy_scale(s->graph, pmy_reshape(s->graph, x, PMY_SHAPE(12, 2)), 2);
        return pmy_mul(s->graph, x, pmy_reshape(s->graph, joined, PMY_SHAPE(3, 4, 2)));
    }
    default:
        return NULL;
    }
}

const pmy_op pmy_op_reshape = {
    .name = "reshape",
    .checks.formula = "y = x in another shape",
    .infer = infer,
    .view = true,
    .integers = 1,
    .backward = {{.run = backward, .tiles = tiles, .gives = 1}},
    .checks.sample = sample,
};

pmy_node *pmy_reshape(pmy_graph *graph, pmy_node *x, pmy_shape shape)
{
    return pmy_append(graph, &pmy_op_reshape, 1, &x, &shape, sizeof shape);
}
