/* bce_with_logits: of each element −t log σ(z) − (1 − t) log σ(−z) = log(1 + exp(−|z|)) + |z| u, where u is 1
 * − t for z > 0 and t elsewhere; the mean of all n, or the sum. dz = (σ(z) − t) · dloss, over n for the mean,
 * where σ(z) − t = (1 − t) σ(z) − t σ(−z), so that a confident element keeps its digits. */
#include "losses/losses.h"

#include "losses/elementwise.h"

#include "kernels/softmax_math.h"

typedef struct attributes {
    pmy_reduction reduction;
} attributes;

static pmy_accum divisor(const pmy_node *node)
{
    const attributes *own = node->attributes;
    return own->reduction == PMY_MEAN ? (pmy_accum)pmy_elements(node) : 1;
}

static pmy_accum loss_of(const pmy_node *node, pmy_accum z, pmy_accum target)
{
    (void)node;
    pmy_accum size = z > 0 ? z : -z;
    return log_of_1_and(exponential(-size)) + size * (z > 0 ? 1 - target : target);
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_real *target = node->input[1]->value; /* [n] */
    size_t n = pmy_elements(node);
    for (size_t i = 0; i < n; i++)
        if (!(target[i] >= 0 && target[i] <= 1)) {
            pmy_report(node, i / pmy_row_size(node->input[0]), "the target %g is not between 0 and 1",
                       (double)target[i]);
            return;
        }
    node->value[0] = (pmy_real)(pmy_elementwise_sum(node, loss_of) / divisor(node));
}

static pmy_real slope(const pmy_node *node, pmy_real z, pmy_real target)
{
    (void)node;
    pmy_accum e = exponential(-(pmy_accum)pmy_real_fabs(z)), t = (pmy_accum)target;
    pmy_accum large = 1 / (1 + e), small = e / (1 + e);
    return (pmy_real)(z > 0 ? (1 - t) * large - t * small : (1 - t) * small - t * large);
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    pmy_elementwise_give(node, piece, 0, node->gradient[0] / (pmy_real)divisor(node), slope);
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const pmy_reduction reduction[] = {PMY_MEAN, PMY_SUM};
    if (index >= sizeof reduction / sizeof *reduction)
        return NULL;
    s->note = index ? "sum" : NULL;
    return pmy_bce_with_logits(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -3, 3),
                               pmy_sample_fixed(s, PMY_SHAPE(5, 7), 0, 1), reduction[index]);
}

const pmy_op pmy_op_bce_with_logits = {
    .name = "bce_with_logits",
    .checks.formula = "loss = mean of -t log s - (1 - t) log(1 - s), s = 1 / (1 + exp(-z)); dz = s - t",
    .infer = pmy_elementwise_infer,
    .forward = {{.run = forward, .tiles = pmy_one_tile}},
    .backward = {{.run = backward, .gives = 1 << 0}},
    .checks.sample = sample,
};

pmy_node *pmy_bce_with_logits(pmy_graph *graph, pmy_node *z, pmy_node *target, pmy_reduction reduction)
{
    attributes own = {reduction};
    return pmy_append(graph, &pmy_op_bce_with_logits, 2, (pmy_node *[]){z, target}, &own, sizeof own);
}
