/* mse: loss = Σ (x − t)² / n over all n elements; dx = 2 (x − t)/n · dloss, dt = −dx. */
#include "losses/losses.h"

#include "tensor/op.h"

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *x = node->input[0], *target = node->input[1];
    if (!pmy_shape_equal(x->shape, target->shape) || x->batched != target->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs two equal shapes, both or neither in the batch");
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    node->rows_of = x;
    return PMY_OK;
}

static size_t whole(const pmy_node *node)
{
    (void)node;
    return 1;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *x = node->input[0]->value, *target = node->input[1]->value; /* [n] */
    size_t n = pmy_shape_size(node->input[0]->shape);
    pmy_accum sum = 0;
    for (size_t i = 0; i < n; i++) {
        pmy_accum difference = (pmy_accum)x[i] - (pmy_accum)target[i];
        sum += difference * difference;
    }
    node->value[0] = (pmy_real)(sum / (pmy_accum)n);
}

static void give(const pmy_node *node, pmy_piece piece, unsigned input, pmy_real sign)
{
    const pmy_real *x = node->input[0]->value, *target = node->input[1]->value; /* [n] */
    size_t n = pmy_shape_size(node->input[0]->shape), row_size = pmy_row_size(node->input[0]);
    pmy_real factor = sign * 2 / (pmy_real)n * node->gradient[0];
    for (size_t i = piece.begin * row_size; i < piece.end * row_size; i++)
        pmy_put(&node->input[input]->gradient[i], factor * (x[i] - target[i]), pmy_accumulates(node, input));
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    give(node, piece, 0, 1);
}

static void backward_target(const pmy_node *node, pmy_piece piece)
{
    give(node, piece, 1, -1);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    if (index > 0)
        return NULL;
    return pmy_mse(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1),
                   pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1));
}

const pmy_op pmy_op_mse = {
    .name = "mse",
    .checks.formula = "loss = mean of (x - t)^2",
    .infer = infer,
    .forward = {{.run = forward, .tiles = whole}},
    .backward = {{.run = backward_x, .gives = 1 << 0}, {.run = backward_target, .gives = 1 << 1}},
    .checks.sample = sample,
};

pmy_node *pmy_mse(pmy_graph *graph, pmy_node *x, pmy_node *target)
{
    return pmy_append(graph, &pmy_op_mse, 2, (pmy_node *[]){x, target}, NULL, 0);
}
