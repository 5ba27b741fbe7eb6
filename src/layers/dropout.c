/* dropout: y = m x with m = 0 at rate, else 1/(1 − rate); dx = m dy. */
#include "layers/dropout.h"

#include "tensor/op.h"
#include "base/random.h"
#include "base/simd.h"

enum { BLOCKS = 64, WORDS = 4 * BLOCKS };

static double rate_of(const pmy_node *node)
{
    return *(const double *)node->attributes;
}

static bool drops(const pmy_node *node)
{
    return !pmy_evaluates(node->graph) && rate_of(node) > 0;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    if (!(rate_of(node) >= 0 && rate_of(node) < 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the rate %g is not in [0, 1)", rate_of(node));
    node->shape = node->input[0]->shape;
    return PMY_OK;
}

static bool take(pmy_node *node)
{
    node->saved = pmy_take(node, pmy_shape_size(node->shape), sizeof(uint8_t));
    return node->saved;
}

/* y (+)= kept x factor */
PMY_CLONES
static void pmy_dropout_apply(size_t n, const uint8_t *kept, pmy_real factor, const pmy_real *x, pmy_real *y,
                              bool accumulate)
{
    for (size_t i = 0; i < n; i++)
        pmy_put(&y[i], kept[i] ? x[i] * factor : 0, accumulate);
}

PMY_CLONES
static void pmy_dropout_mask(size_t n, const uint32_t *words, uint32_t threshold, uint8_t *kept)
{
    for (size_t i = 0; i < n; i++)
        kept[i] = words[i] >= threshold;
}

/* The mask of the elements first … end − 1: element i takes word i of the step's stream, and
 * is kept if that is not below rate · 2³². */
static void draw_mask(const pmy_node *node, size_t first, size_t end)
{
    uint8_t *kept = node->saved; /* [shape] */
    uint32_t threshold = (uint32_t)(rate_of(node) * 0x1p32);
    uint64_t stream = pmy_stream(PMY_STREAM_DROPOUT, (uint32_t)node->index);
    uint64_t position = pmy_graph_step(node->graph) << 32;
    uint32_t words[WORDS];
    while (first < end) {
        size_t skipped = first % 4; /* a block has four words */
        size_t count = pmy_at_most(end - first, WORDS - skipped);
        pmy_philox_fill(pmy_graph_seed(node->graph), stream, position + first / 4, BLOCKS, words);
        pmy_dropout_mask(count, words + skipped, threshold, kept + first);
        first += count;
    }
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t first = piece.begin * pmy_row_size(node), end = piece.end * pmy_row_size(node);
    const pmy_real *x = node->input[0]->value; /* [shape] */
    const uint8_t *kept = node->saved;         /* [shape] */
    if (drops(node)) {
        draw_mask(node, first, end);
        pmy_dropout_apply(end - first, kept + first, (pmy_real)(1 / (1 - rate_of(node))), x + first,
                          node->value + first, false);
    } else {
        for (size_t i = first; i < end; i++)
            node->value[i] = x[i];
    }
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    size_t first = piece.begin * pmy_row_size(node), end = piece.end * pmy_row_size(node);
    const pmy_real *dy = node->gradient;     /* [shape] */
    pmy_real *dx = node->input[0]->gradient; /* [shape] */
    const uint8_t *kept = node->saved;       /* [shape] */
    if (drops(node))
        pmy_dropout_apply(end - first, kept + first, (pmy_real)(1 / (1 - rate_of(node))), dy + first,
                          dx + first, pmy_accumulates(node, 0));
    else
        for (size_t i = first; i < end; i++)
            pmy_put(&dx[i], dy[i], pmy_accumulates(node, 0));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    switch (index) {
    case 0:
        return pmy_dropout(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -1, 1), 0.3);
    case 1:
        s->note = "rate 0";
        return pmy_dropout(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 5), -1, 1), 0);
    default:
        return NULL;
    }
}

const pmy_op pmy_op_dropout = {
    .name = "dropout",
    .checks.formula = "y = m x, m = 0 at rate, else 1 / (1 - rate)",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward}},
    .backward = {{.run = backward, .gives = 1}},
    .checks.sample = sample,
};

pmy_node *pmy_dropout(pmy_graph *graph, pmy_node *x, double rate)
{
    return pmy_append(graph, &pmy_op_dropout, 1, &x, &rate, sizeof rate);
}
