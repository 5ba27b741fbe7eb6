/* slice: y = x[begin … end − 1] along an axis; dx is dy there, and 0 elsewhere. */
#include "tensor/axis.h"
#include "tensor/ops/ops.h"

#include "kernels/runs.h"

#include <string.h>

typedef struct slice_attributes {
    int axis;
    size_t begin, end;
} slice_attributes;

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    slice_attributes *is = node->attributes;
    pmy_status status = pmy_axis_infer(node, &is->axis, error);
    if (status != PMY_OK)
        return status;
    node->shape = node->input[0]->shape;
    size_t *size = &node->shape.dim[is->axis];
    if (is->begin >= is->end || is->end > *size)
        return pmy_fail(error, PMY_BAD_SHAPE, "%zu … %zu is no part of axis %d", is->begin, is->end,
                        is->axis);
    *size = is->end - is->begin;
    return PMY_OK;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    const slice_attributes *is = node->attributes;
    pmy_axis of_x = pmy_axis_of(node, node->input[0]->shape, piece);
    size_t block = of_x.size * of_x.inner, part = (is->end - is->begin) * of_x.inner;
    const pmy_real *x = node->input[0]->value + of_x.begin * block; /* [outer, size, inner] */
    pmy_real *y = node->value + of_x.begin * part;                  /* [outer, end − begin, inner] */
    pmy_copy_runs(of_x.end - of_x.begin, part, x + is->begin * of_x.inner, block, y, part, false);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    const slice_attributes *is = node->attributes;
    pmy_axis of_x = pmy_axis_of(node, node->input[0]->shape, piece);
    size_t outer = of_x.end - of_x.begin;
    size_t block = of_x.size * of_x.inner, part = (is->end - is->begin) * of_x.inner;
    const pmy_real *dy = node->gradient + of_x.begin * part;      /* [outer, end − begin, inner] */
    pmy_real *dx = node->input[0]->gradient + of_x.begin * block; /* [outer, size, inner] */
    bool adds = pmy_accumulates(node, 0);
    if (!adds)
        memset(dx, 0, outer * block * sizeof *dx);
    pmy_copy_runs(outer, part, dy, part, dx + is->begin * of_x.inner, block, adds);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    pmy_graph *g = s->graph;
    switch (index) {
    case 0:
        return pmy_slice(g, pmy_sample_input(s, PMY_SHAPE(3, 7), -1, 1), 1, 2, 6);
    case 1:
        s->note = "in between, of rank 4";
        return pmy_slice(g, pmy_sample_input(s, PMY_SHAPE(3, 2, 4, 3), -1, 1), -2, 1, 3);
    case 2:
        s->note = "the first axis";
        return pmy_slice(g, pmy_sample_constant(s, PMY_SHAPE(5, 3), -1, 1), 0, 3, 5);
    case 3:
        s->note = "by rows without a batch";
        return pmy_slice(g, pmy_sample_constant(s, PMY_SHAPE(3, 5), -1, 1), 1, 0, 2);
    case 4: {
        s->note = "two that overlap";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 5, 2), -1, 1);
        return pmy_add(g, pmy_slice(g, x, 1, 0, 3), pmy_slice(g, x, 1, 1, 4));
    }
    default:
        return NULL;
    }
}

const pmy_op pmy_op_slice = {
    .name = "slice",
    .infer = infer,
    .forward = {{.run = forward, .tiles = pmy_axis_tiles}},
    .backward = {{.run = backward, .tiles = pmy_axis_tiles, .gives = 1}},
    .checks = {.formula = "y = x[begin ... end - 1] along an axis", .sample = sample},
};

pmy_node *pmy_slice(pmy_graph *graph, pmy_node *x, int axis, size_t begin, size_t end)
{
    return pmy_append(graph, &pmy_op_slice, 1, &x, &(slice_attributes){axis, begin, end},
                      sizeof(slice_attributes));
}
