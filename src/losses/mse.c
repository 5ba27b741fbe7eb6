/* mse: loss = Σ (x − t)² / n over all n elements; dx = 2 (x − t)/n · dloss, dt = −dx. */
#include "losses/losses.h"

#include "losses/elementwise.h"

static pmy_accum loss_of(const pmy_node *node, pmy_accum x, pmy_accum target)
{
    (void)node;
    return (x - target) * (x - target);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    node->value[0] = (pmy_real)(pmy_elementwise_sum(node, loss_of) / (pmy_accum)pmy_elements(node));
}

static pmy_real slope(const pmy_node *node, pmy_real x, pmy_real target)
{
    (void)node;
    return x - target;
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    pmy_real factor = 2 / (pmy_real)pmy_elements(node) * node->gradient[0];
    pmy_elementwise_give(node, piece, 0, factor, slope);
}

static void backward_target(const pmy_node *node, pmy_piece piece)
{
    pmy_real factor = -2 / (pmy_real)pmy_elements(node) * node->gradient[0];
    pmy_elementwise_give(node, piece, 1, factor, slope);
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
    .infer = pmy_elementwise_infer,
    .forward = {{.run = forward, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_x, .gives = 1 << 0}, {.run = backward_target, .gives = 1 << 1}},
    .checks.sample = sample,
};

pmy_node *pmy_mse(pmy_graph *graph, pmy_node *x, pmy_node *target)
{
    return pmy_append(graph, &pmy_op_mse, 2, (pmy_node *[]){x, target}, NULL, 0);
}
