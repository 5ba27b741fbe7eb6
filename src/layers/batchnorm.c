/* batchnorm: over the N numbers x of each channel in the batch, with w = weight and b = bias,
 *
 *   m = Σ x/N,  v = Σ (x − m)²/N,  r = 1/√(v + ε)
 *   y = f(z),  z = (x − m) r w + b
 *
 *   dz = f′ dy
 *   db = Σ dz,  dw = r Σ dz (x − m)
 *   dx = r w (dz − Σ dz/N − (x − m) r² Σ dz (x − m)/N)
 *
 * It costs what it moves through memory. So every pass over the numbers goes by rows, beside what
 * writes x or reads y, and only the rows' sums, which are few, are combined by tiles; nothing but x is kept
 * for backward, which computes z again where f′ needs it. A row's mean and squares are combined to the
 * batch's as in Chan, Golub and LeVeque (1983); all rows have as many numbers, which leaves of that
 *
 *   m = mean of the m_r,  N v = Σ (squares_r + positions (m_r − m)²)
 *
 * In PMY_EVAL and PMY_FROZEN m and v are the running ones, and so constants: dx = r w dz. In PMY_EVAL a
 * batchnorm right after a layer with weights is computed by that one's epilogue (epilogue.h), and no phase
 * here runs.
 *
 * In pmy_real, m is rounded; what is lost, m − (pmy_real)m, goes into what is added last. */
#include "layers/batchnorm.h"

#include "layers/batchnorm_statistics.h"
#include "kernels/channels.h"

/* How many numbers of a row a pass takes at a time. */
enum { SPAN = 1024 };

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_node *x = node->input[X];
    if (pmy_shape_rank(x->shape) < 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, channels, ...]");
    for (unsigned i = WEIGHT; i < BATCHES; i++)
        if (!pmy_shape_equal(node->input[i]->shape, PMY_SHAPE(x->shape.dim[1])) || node->input[i]->batched)
            return pmy_fail(error, PMY_BAD_SHAPE,
                            "weight, bias and statistics must be [%zu] and no part of the batch",
                            x->shape.dim[1]);
    node->shape = x->shape;
    return PMY_OK;
}

/* --- Forward -------------------------------------------------------------- */

static void forward_rows(const pmy_node *node, pmy_piece piece)
{
    if (!pmy_batchnorm_uses_batch(node))
        return;
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    for (size_t r = piece.begin; r < piece.end; r++) {
        const pmy_real *x = node->input[X]->value + r * n.channels * n.positions; /* [channels, positions] */
        pmy_accum *mean = saved->of_row + 2 * r * n.channels;                     /* [channels] */
        pmy_channel_moments(n.channels, n.positions, x, mean, mean + n.channels);
    }
}

/* Some channels of a row, or some positions of one channel. */
typedef struct span {
    size_t channel, channels;
    size_t position, positions;
} span;

static span span_from(pmy_batchnorm_size n, size_t channel, size_t position)
{
    if (n.positions > SPAN) {
        size_t left = n.positions - position;
        return (span){channel, 1, position, pmy_at_most(left, SPAN)};
    }
    size_t channels = SPAN / n.positions, left = n.channels - channel;
    return (span){channel, pmy_at_most(left, channels), 0, n.positions};
}

static span next_span(pmy_batchnorm_size n, span s)
{
    size_t end = s.position + s.positions;
    return end < n.positions ? span_from(n, s.channel, end) : span_from(n, s.channel + s.channels, 0);
}

#define FOR_SPANS(s, n) for (span s = span_from(n, 0, 0); s.channel < (n).channels; s = next_span(n, s))

/* z of a span of x, which begins at `at`. */
static void normalise(const pmy_node *node, span s, size_t at, pmy_real *z)
{
    pmy_channel_normalise(s.channels, s.positions, node->input[X]->value + at,
                          pmy_batchnorm_affine_from(node->saved, s.channel), z);
}

static size_t place_of(pmy_batchnorm_size n, size_t row, span s)
{
    return (row * n.channels + s.channel) * n.positions + s.position;
}

static void forward_normalise(const pmy_node *node, pmy_piece piece)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_unary *f = node->activation;
    for (size_t r = piece.begin; r < piece.end; r++)
        FOR_SPANS(s, n)
        {
            size_t at = place_of(n, r, s);
            pmy_real *y = node->value + at; /* [s.channels, s.positions] */
            normalise(node, s, at, y);
            if (f)
                f->forward(node, s.channels * s.positions, y, y);
        }
}

/* --- Backward ------------------------------------------------------------- */

/* dz of the span that begins at `at`: dy itself where nothing is fused, or in `room` [SPAN]. */
static const pmy_real *gradient_of_z(const pmy_node *node, span s, size_t at, pmy_real *room)
{
    const pmy_unary *f = node->activation;
    const pmy_real *dy = node->gradient + at, *y = node->value + at; /* [s.channels, s.positions] */
    if (!f)
        return dy;
    if (f == pmy_activation_op(PMY_RELU)->unary) {
        pmy_channel_gate(s.channels, s.positions, node->input[X]->value + at,
                         pmy_batchnorm_affine_from(node->saved, s.channel), dy, room);
        return room;
    }
    pmy_real again[SPAN];
    const pmy_real *z = NULL;
    if (f->needs_x || f->kinked) {
        normalise(node, s, at, again);
        z = again;
    }
    /* Of what is kinked the slope depends on the sign alone, which z and y share: one read of memory less. */
    f->backward(node, s.channels * s.positions, z, f->kinked ? z : y, dy, room, false);
    return room;
}

static void backward_rows(const pmy_node *node, pmy_piece piece)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    pmy_real room[SPAN];
    for (size_t r = piece.begin; r < piece.end; r++) {
        pmy_accum *sums = saved->of_row + 2 * r * n.channels; /* [channels] */
        pmy_accum *products = sums + n.channels;              /* [channels] */
        for (size_t c = 0; c < n.channels; c++)
            sums[c] = products[c] = 0;
        FOR_SPANS(s, n)
        {
            size_t at = place_of(n, r, s);
            const pmy_real *dz = gradient_of_z(node, s, at, room);
            pmy_channel_sums(s.channels, s.positions, node->input[X]->value + at,
                             saved->rounded_mean + s.channel, dz, sums + s.channel, products + s.channel);
        }
    }
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    pmy_real room[SPAN];
    for (size_t r = piece.begin; r < piece.end; r++)
        FOR_SPANS(s, n)
        {
            size_t at = place_of(n, r, s);
            pmy_channel_slopes of = {saved->rounded_mean + s.channel, saved->scale + s.channel,
                                     saved->offset + s.channel, saved->slope + s.channel};
            pmy_channel_gradient(s.channels, s.positions, node->input[X]->value + at,
                                 gradient_of_z(node, s, at, room), of, node->input[X]->gradient + at,
                                 pmy_accumulates(node, X));
        }
}

static void backward_parameters(const pmy_node *node, pmy_piece piece)
{
    const pmy_batchnorm_statistics *saved = node->saved;
    pmy_real *dweight = node->input[WEIGHT]->gradient; /* [channels] */
    pmy_real *dbias = node->input[BIAS]->gradient;     /* [channels] */
    pmy_piece t = pmy_batchnorm_channels(node, piece);
    for (size_t c = t.begin; dweight && c < t.end; c++)
        pmy_put(&dweight[c], (pmy_real)saved->dweight[c], pmy_accumulates(node, WEIGHT));
    for (size_t c = t.begin; dbias && c < t.end; c++)
        pmy_put(&dbias[c], (pmy_real)saved->dbias[c], pmy_accumulates(node, BIAS));
}

/* --- The op --------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        pmy_activation activation;
    } instance[] = {
        {NULL, {{8, 7}}, PMY_NONE},
        {"relu", {{8, 3}}, PMY_RELU},
        {"more channels than a tile", {{8, PMY_BATCHNORM_TILE + 1}}, PMY_LEAKY_RELU},
        {"images", {{4, 3, 5, 7}}, PMY_NONE},
        {"one image", {{1, 3, 5, 7}}, PMY_TANH},
        {"images of one number", {{8, 3, 1, 1}}, PMY_SIGMOID},
        {"images of three numbers", {{5, 3, 1, 3}}, PMY_GELU},
        {"images, relu", {{4, 2, 3, 3}}, PMY_RELU},
        {"images, leaky_relu", {{4, 2, 2, 5}}, PMY_LEAKY_RELU},
        {"images, tanh", {{4, 2, 3, 3}}, PMY_TANH},
        {"images, sigmoid", {{4, 2, 3, 4}}, PMY_SIGMOID},
        {"images, gelu", {{4, 2, 3, 3}}, PMY_GELU},
        {"sequences", {{4, 3, 9}}, PMY_NONE},
        {"more channels than a span", {{4, 60, 3, 7}}, PMY_SIGMOID},
        {"images longer than a span", {{5, 2, 27, 39}}, PMY_GELU},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape channels = PMY_SHAPE(instance[index].x.dim[1]);
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 2);
    pmy_node *weight = pmy_sample_constant(s, channels, 0.5, 1.5);
    pmy_node *bias = pmy_sample_constant(s, channels, -0.5, 0.5);
    return pmy_batchnorm_with(s->graph, x, weight, bias, instance[index].activation);
}

const pmy_op pmy_op_batchnorm = {
    .name = "batchnorm",
    .checks.formula = "y = f((x - mean) / sqrt(variance + 1e-5) w + b), mean and variance by channel",
    .infer = infer,
    .take = pmy_batchnorm_statistics_take,
    .affine = pmy_batchnorm_running_affine,
    .forward = {{.run = forward_rows},
                {.run = pmy_batchnorm_combine_moments, .tiles = pmy_batchnorm_tiles},
                {.run = forward_normalise}},
    .whole = 1 << WEIGHT | 1 << BIAS | 1 << RUNNING_MEAN | 1 << RUNNING_VAR | 1 << BATCHES,
    .integers = 1 << BATCHES,
    .mixes_rows = true,
    .move_statistics = pmy_batchnorm_move_statistics,
    .backward = {{.run = backward_rows},
                 {.run = pmy_batchnorm_combine_sums, .tiles = pmy_batchnorm_tiles},
                 {.run = backward_input, .gives = 1 << X},
                 {.run = backward_parameters,
                  .tiles = pmy_batchnorm_tiles,
                  .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_batchnorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias,
                             pmy_activation f)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_batchnorm, 1, &x, NULL, 0);
    if (pmy_shape_rank(x->shape) < 2)
        return pmy_refuse(graph, PMY_BAD_SHAPE, "batchnorm: needs [batch, channels, ...], not %s",
                          pmy_shape_print(x->shape).text);
    pmy_shape channels = PMY_SHAPE(x->shape.dim[1]);
    pmy_node *inputs[INPUTS] = {x, weight, bias};
    inputs[RUNNING_MEAN] = pmy_layer_statistic(graph, "batchnorm", "running_mean", channels, PMY_ZEROS);
    inputs[RUNNING_VAR] = pmy_layer_statistic(graph, "batchnorm", "running_var", channels, PMY_ONES);
    inputs[BATCHES] = pmy_layer_counter(graph, "batchnorm", "num_batches_tracked");
    return pmy_fuse(pmy_append(graph, &pmy_op_batchnorm, INPUTS, inputs, NULL, 0), f);
}

pmy_node *pmy_batchnorm(pmy_graph *graph, pmy_node *x, pmy_activation f)
{
    if (!pmy_recorded(x) || pmy_shape_rank(x->shape) < 2)
        return pmy_batchnorm_with(graph, x, NULL, NULL, f);
    pmy_shape channels = PMY_SHAPE(x->shape.dim[1]);
    pmy_node *weight = pmy_layer_parameter(graph, "batchnorm", "weight", channels, PMY_ONES, 0);
    pmy_node *bias = pmy_layer_parameter(graph, "batchnorm", "bias", channels, PMY_ZEROS, 0);
    return pmy_batchnorm_with(graph, x, weight, bias, f);
}
