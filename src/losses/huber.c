/* huber: with d = x − t, the mean over all n elements of d²/2 where |d| ≤ delta, of delta (|d| − delta/2)
 * elsewhere; dx = min(max(d, −delta), delta)/n · dloss, dt = −dx. */
#include "losses/losses.h"

#include "losses/elementwise.h"

typedef struct attributes {
    pmy_real delta;
} attributes;

static pmy_real delta_of(const pmy_node *node)
{
    return ((const attributes *)node->attributes)->delta;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    if (!(delta_of(node) > 0 && delta_of(node) <= PMY_REAL_MAX))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "delta is not above 0 and finite");
    return pmy_elementwise_infer(node, error);
}

static pmy_accum loss_of(const pmy_node *node, pmy_accum x, pmy_accum target)
{
    pmy_accum delta = (pmy_accum)delta_of(node), d = x > target ? x - target : target - x;
    return d > delta ? delta * (d - delta / 2) : d * d / 2;
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    node->value[0] = (pmy_real)(pmy_elementwise_sum(node, loss_of) / (pmy_accum)pmy_elements(node));
}

static pmy_real slope(const pmy_node *node, pmy_real x, pmy_real target)
{
    pmy_real d = x - target, delta = delta_of(node);
    return d > delta ? delta : d < -delta ? -delta : d;
}

static void backward_x(const pmy_node *node, pmy_piece piece)
{
    pmy_elementwise_give(node, piece, 0, node->gradient[0] / (pmy_real)pmy_elements(node), slope);
}

static void backward_target(const pmy_node *node, pmy_piece piece)
{
    pmy_elementwise_give(node, piece, 1, -node->gradient[0] / (pmy_real)pmy_elements(node), slope);
}

/* Which elements are beyond delta: there the second derivative jumps. */
static uint64_t choices(const pmy_node *node)
{
    const pmy_real *x = node->input[0]->value, *target = node->input[1]->value; /* [n] */
    uint64_t choices = PMY_NO_CHOICES;
    for (size_t i = 0; i < pmy_elements(node); i++)
        choices = pmy_add_choice(choices, pmy_real_fabs(x[i] - target[i]) > delta_of(node));
    return choices;
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const double delta[] = {1, 0.3};
    if (index >= sizeof delta / sizeof *delta)
        return NULL;
    s->note = index ? "delta 0.3" : NULL;
    return pmy_huber(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1.5, 1.5),
                     pmy_sample_input(s, PMY_SHAPE(5, 7), -1.5, 1.5), delta[index]);
}

const pmy_op pmy_op_huber = {
    .name = "huber",
    .checks.formula = "loss = mean of d^2/2 where |d| <= delta, else of delta (|d| - delta/2); d = x - t",
    .infer = infer,
    .forward = {{.run = forward, .tiles = pmy_one_tile}},
    .backward = {{.run = backward_x, .gives = 1 << 0}, {.run = backward_target, .gives = 1 << 1}},
    .checks.sample = sample,
    .checks.choices = choices,
};

pmy_node *pmy_huber(pmy_graph *graph, pmy_node *x, pmy_node *target, double delta)
{
    attributes own = {(pmy_real)delta};
    return pmy_append(graph, &pmy_op_huber, 2, (pmy_node *[]){x, target}, &own, sizeof own);
}
