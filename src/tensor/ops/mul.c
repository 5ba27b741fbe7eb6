/* mul: c = a · b, element by element; da = dc · b, db = dc · a. */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "base/simd.h"

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *a = node->input[0], *b = node->input[1];
    if (!pmy_shape_equal(a->shape, b->shape) || a->batched != b->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs two equal shapes, both or neither in the batch");
    node->shape = a->shape;
    return PMY_OK;
}

/* c (+)= a · b */
PMY_CLONES
static void pmy_multiply(size_t n, const pmy_real *a, const pmy_real *b, pmy_real *c, bool accumulate)
{
    for (size_t i = 0; i < n; i++)
        pmy_put(&c[i], a[i] * b[i], accumulate);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t row_size = pmy_row_size(node), first = piece.begin * row_size;
    pmy_multiply((piece.end - piece.begin) * row_size, node->input[0]->value + first,
                 node->input[1]->value + first, node->value + first, false);
}

static void backward_factor(const pmy_node *node, pmy_piece piece, unsigned factor)
{
    size_t row_size = pmy_row_size(node), first = piece.begin * row_size;
    pmy_multiply((piece.end - piece.begin) * row_size, node->gradient + first,
                 node->input[1 - factor]->value + first, node->input[factor]->gradient + first,
                 pmy_accumulates(node, factor));
}

static void backward_a(const pmy_node *node, pmy_piece piece)
{
    backward_factor(node, piece, 0);
}

static void backward_b(const pmy_node *node, pmy_piece piece)
{
    backward_factor(node, piece, 1);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    pmy_node *a = pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1);
    switch (index) {
    case 0:
        return pmy_mul(s->graph, a, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
    case 1:
        s->note = "by itself";
        return pmy_mul(s->graph, a, a);
    default:
        return NULL;
    }
}

const pmy_op pmy_op_mul = {
    .name = "mul",
    .checks.formula = "c = a b, element by element",
    .infer = infer,
    .forward = {{.run = forward}},
    .backward = {{.run = backward_a, .gives = 1 << 0}, {.run = backward_b, .gives = 1 << 1}},
    .checks.sample = sample,
};

pmy_node *pmy_mul(pmy_graph *graph, pmy_node *a, pmy_node *b)
{
    return pmy_append(graph, &pmy_op_mul, 2, (pmy_node *[]){a, b}, NULL, 0);
}
