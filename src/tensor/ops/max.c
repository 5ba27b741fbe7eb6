/* max: the largest number along an axis, y = max_i x_i; dx is dy at the winner, the first of those equal to
 * y, and 0 elsewhere. A NaN is larger than any number. */
#include "tensor/axis.h"
#include "tensor/ops/ops.h"

#include "base/simd.h"

#include <string.h>

typedef struct max_attributes {
    int axis;
} max_attributes;

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    max_attributes *is = node->attributes;
    pmy_status status = pmy_axis_infer(node, &is->axis, error);
    if (status != PMY_OK)
        return status;
    node->shape = node->input[0]->shape;
    for (unsigned axis = (unsigned)is->axis; axis < PMY_MAX_RANK; axis++)
        node->shape.dim[axis] = axis + 1 < PMY_MAX_RANK ? node->shape.dim[axis + 1] : 0;
    return PMY_OK;
}

/* Each y's winner, [outer, inner]. */
static bool take(pmy_node *node)
{
    node->saved = pmy_take(node, pmy_shape_size(node->shape), sizeof(size_t));
    return node->saved;
}

/* x [size, inner] to y [inner] and winner [inner]. */
PMY_CLONES
static void pmy_largest(size_t size, size_t inner, const pmy_real *x, pmy_real *y, size_t *winner)
{
    memcpy(y, x, inner * sizeof *y);
    memset(winner, 0, inner * sizeof *winner);
    for (size_t i = 1; i < size; i++)
        for (size_t j = 0; j < inner; j++) {
            pmy_real now = x[i * inner + j];
            bool wins = !(now <= y[j]) && !pmy_is_nan(y[j]);
            y[j] = wins ? now : y[j];
            winner[j] = wins ? i : winner[j];
        }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    pmy_axis of_x = pmy_axis_of(node, node->input[0]->shape, piece);
    size_t *winner = node->saved;
    for (size_t o = of_x.begin; o < of_x.end; o++)
        pmy_largest(of_x.size, of_x.inner, node->input[0]->value + o * of_x.size * of_x.inner,
                    node->value + o * of_x.inner, winner + o * of_x.inner);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_axis of_x = pmy_axis_of(node, node->input[0]->shape, piece);
    const size_t *winner = node->saved;
    for (size_t o = of_x.begin; o < of_x.end; o++) {
        pmy_real *dx = node->input[0]->gradient + o * of_x.size * of_x.inner; /* [size, inner] */
        if (!pmy_accumulates(node, 0))
            memset(dx, 0, of_x.size * of_x.inner * sizeof *dx);
        for (size_t j = 0; j < of_x.inner; j++) {
            size_t at = o * of_x.inner + j;
            dx[winner[at] * of_x.inner + j] += node->gradient[at];
        }
    }
}

/* FNV-1a over the winners. */
static uint64_t choices(const pmy_node *node)
{
    const size_t *winner = node->saved;
    uint64_t choices = PMY_NO_CHOICES;
    for (size_t at = 0; at < pmy_shape_size(node->shape); at++)
        choices = pmy_add_choice(choices, winner[at]);
    return choices;
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    pmy_graph *g = s->graph;
    switch (index) {
    case 0:
        return pmy_max(g, pmy_sample_input(s, PMY_SHAPE(3, 7), -1, 1), -1);
    case 1:
        s->note = "in between, of rank 4";
        return pmy_max(g, pmy_sample_input(s, PMY_SHAPE(3, 2, 5, 3), -1, 1), 2);
    case 2:
        s->note = "the first axis";
        return pmy_max(g, pmy_sample_constant(s, PMY_SHAPE(5, 3), -1, 1), 0);
    case 3:
        s->note = "by rows without a batch";
        return pmy_max(g, pmy_sample_constant(s, PMY_SHAPE(3, 5, 2), -1, 1), 1);
    case 4: {
        s->note = "used twice";
        pmy_node *x = pmy_sample_input(s, PMY_SHAPE(3, 4, 4), -1, 1);
        return pmy_mul(g, pmy_max(g, x, 1), pmy_max(g, x, 2));
    }
    default:
        return NULL;
    }
}

const pmy_op pmy_op_max = {
    .name = "max",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward, .tiles = pmy_axis_tiles}},
    .backward = {{.run = backward, .tiles = pmy_axis_tiles, .gives = 1}},
    .checks = {.formula = "y = max x along an axis", .sample = sample, .choices = choices},
};

pmy_node *pmy_max(pmy_graph *graph, pmy_node *x, int axis)
{
    return pmy_append(graph, &pmy_op_max, 1, &x, &(max_attributes){axis}, sizeof(max_attributes));
}
