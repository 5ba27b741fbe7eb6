/* concat: the inputs side by side along an axis; each dx is its own part of dy. */
#include "tensor/axis.h"
#include "tensor/ops/ops.h"

#include "kernels/runs.h"

typedef struct concat_attributes {
    int axis;
} concat_attributes;

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    concat_attributes *is = node->attributes;
    if (node->inputs == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "needs inputs");
    pmy_status status = pmy_axis_infer(node, &is->axis, error);
    if (status != PMY_OK)
        return status;
    node->shape = node->input[0]->shape;
    size_t *along = &node->shape.dim[is->axis]; /* its place is each input's while they are compared */
    size_t sum = 0;
    for (unsigned i = 0; i < node->inputs; i++) {
        const pmy_node *x = node->input[i];
        *along = x->shape.dim[is->axis];
        if (!pmy_shape_equal(x->shape, node->shape) || x->batched != node->batched)
            return pmy_fail(error, PMY_BAD_SHAPE,
                            "needs shapes that are equal but for axis %d, all or none in the batch",
                            is->axis);
        if (!pmy_size_add(sum, *along, &sum))
            return pmy_fail(error, PMY_BAD_SHAPE, "the axis is too long");
    }
    *along = sum;
    return PMY_OK;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_axis of_y = pmy_axis_of(node, node->shape, piece);
    size_t block = of_y.size * of_y.inner;
    pmy_real *y = node->value + of_y.begin * block; /* [outer, size, inner] */
    for (unsigned i = 0; i < node->inputs; i++) {
        size_t part = pmy_axis_of(node, node->input[i]->shape, piece).size * of_y.inner;
        const pmy_real *x = node->input[i]->value + of_y.begin * part; /* [outer, its size, inner] */
        pmy_copy_runs(of_y.end - of_y.begin, part, x, part, y, block, false);
        y += part;
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_axis of_y = pmy_axis_of(node, node->shape, piece);
    size_t block = of_y.size * of_y.inner;
    const pmy_real *dy = node->gradient + of_y.begin * block; /* [outer, size, inner] */
    for (unsigned i = 0; i < node->inputs; i++) {
        size_t part = pmy_axis_of(node, node->input[i]->shape, piece).size * of_y.inner;
        pmy_real *dx = node->input[i]->gradient; /* [all outer, its size, inner] */
        if (dx)
            pmy_copy_runs(of_y.end - of_y.begin, part, dy, block, dx + of_y.begin * part, part,
                          pmy_accumulates(node, i));
        dy += part;
    }
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        bool batched;
        pmy_shape a, b;
        int axis;
    } instance[] = {
        {NULL, true, {{3, 2}}, {{3, 5}}, 1},
        {"in between, of rank 4", true, {{3, 2, 1, 4}}, {{3, 2, 3, 4}}, 2},
        {"the last axis", true, {{2, 3, 4}}, {{2, 3, 1}}, -1},
        {"one axis", false, {{4}}, {{3}}, 0},
        {"the first axis", false, {{2, 3}}, {{4, 3}}, -2},
        {"by rows without a batch", false, {{3, 2}}, {{3, 4}}, 1},
    };
    enum { INSTANCES = sizeof instance / sizeof *instance };
    pmy_graph *g = s->graph;
    if (index < INSTANCES) {
        pmy_node *(*leaf)(pmy_sample *, pmy_shape, double, double) =
            instance[index].batched ? pmy_sample_input : pmy_sample_constant;
        s->note = instance[index].note;
        pmy_node *a = leaf(s, instance[index].a, -1, 1), *b = leaf(s, instance[index].b, -1, 1);
        return pmy_concat(g, 2, (pmy_node *[]){a, b}, instance[index].axis);
    }
    if (index > INSTANCES)
        return NULL;
    s->note = "as many as there can be, some twice, one without a gradient";
    pmy_node *a = pmy_sample_input(s, PMY_SHAPE(3, 2), -1, 1),
             *b = pmy_sample_fixed(s, PMY_SHAPE(3, 1), -1, 1);
    pmy_node *inputs[PMY_MAX_INPUTS];
    for (unsigned i = 0; i < PMY_MAX_INPUTS; i++)
        inputs[i] = i == 5 ? b : i % 3 ? a : pmy_scale(g, a, i);
    return pmy_concat(g, PMY_MAX_INPUTS, inputs, 1);
}

const pmy_op pmy_op_concat = {
    .name = "concat",
    .infer = infer,
    .forward = {{.run = forward, .tiles = pmy_axis_tiles}},
    .backward = {{.run = backward, .tiles = pmy_axis_tiles, .gives = (1u << PMY_MAX_INPUTS) - 1}},
    .checks = {.formula = "y = the inputs side by side along an axis", .sample = sample},
};

pmy_node *pmy_concat(pmy_graph *graph, unsigned count, pmy_node *const inputs[], int axis)
{
    return pmy_append(graph, &pmy_op_concat, count, inputs, &(concat_attributes){axis},
                      sizeof(concat_attributes));
}
