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

#include "kernels/channels.h"
#include "base/simd.h"

enum { X, WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VAR, BATCHES, INPUTS };

/* How many channels a tile combines, and how many numbers of a row backward takes at a time. */
enum { TILE = 64, SPAN = 1024 };

static const double momentum = 0.1;

typedef struct size_of {
    size_t rows, channels, positions;
} size_of;

static size_of sizes(const pmy_node *node)
{
    size_t rows = pmy_rows(node), channels = node->shape.dim[1];
    return (size_of){rows, channels, pmy_row_size(node) / channels};
}

/* --- What forward leaves for backward ------------------------------------ */

typedef struct batchnorm_saved {
    /* [batch, 2, channels]: of each row, in forward m_r and squares_r, in backward Σ dz and Σ dz (x − m) */
    pmy_accum *of_row;
    pmy_accum *mean, *squares, *reciprocal; /* [channels]: m, N v, r */
    pmy_accum *dbias, *dweight;             /* [channels] */
    /* [channels]: forward computes (x − rounded_mean) scale + shift, backward scale (dz − offset −
     * (x − rounded_mean) slope) */
    pmy_real *rounded_mean, *scale, *shift, *offset, *slope;
} batchnorm_saved;

static bool take(pmy_node *node)
{
    size_of n = sizes(node);
    batchnorm_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved)
        return false;
    pmy_accum **wide[] = {&saved->mean, &saved->squares, &saved->reciprocal, &saved->dbias, &saved->dweight};
    pmy_real **real[] = {&saved->rounded_mean, &saved->scale, &saved->shift, &saved->offset, &saved->slope};
    bool fine = (saved->of_row = pmy_take(node, n.rows * 2 * n.channels, sizeof(pmy_accum))) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        fine &= (*wide[i] = pmy_take(node, n.channels, sizeof(pmy_accum))) != NULL;
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        fine &= (*real[i] = pmy_take(node, n.channels, sizeof(pmy_real))) != NULL;
    return fine;
}

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

/* --- Combining rows ------------------------------------------------------- */

typedef struct tile {
    size_t begin, end; /* channels */
} tile;

static size_t tiles(const pmy_node *node)
{
    return (sizes(node).channels + TILE - 1) / TILE;
}

static tile tile_at(const pmy_node *node, size_t index)
{
    size_t begin = index * TILE, channels = sizes(node).channels;
    return (tile){begin, channels - begin < TILE ? channels : begin + TILE};
}

/* sums[c] = Σ_r of_row[r, which, c] */
PMY_CLONES
static void pmy_batchnorm_sum_rows(size_of n, const pmy_accum *of_row, size_t which, tile t, pmy_accum *sums)
{
    for (size_t c = t.begin; c < t.end; c++)
        sums[c] = 0;
    for (size_t r = 0; r < n.rows; r++)
        for (size_t c = t.begin; c < t.end; c++)
            sums[c] += of_row[(2 * r + which) * n.channels + c];
}

/* squares[c] += positions Σ_r (m_r − mean)² */
PMY_CLONES
static void pmy_batchnorm_add_between(size_of n, const pmy_accum *of_row, tile t, const pmy_accum *mean,
                                      pmy_accum *squares)
{
    for (size_t r = 0; r < n.rows; r++)
        for (size_t c = t.begin; c < t.end; c++) {
            pmy_accum distance = of_row[2 * r * n.channels + c] - mean[c];
            squares[c] += (pmy_accum)n.positions * (distance * distance);
        }
}

/* --- Forward -------------------------------------------------------------- */

static bool uses_batch(const pmy_node *node)
{
    return !pmy_evaluates(node->graph);
}

static void forward_rows(const pmy_node *node, pmy_piece piece)
{
    if (!uses_batch(node))
        return;
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
    for (size_t r = piece.begin; r < piece.end; r++) {
        const pmy_real *x = node->input[X]->value + r * n.channels * n.positions; /* [channels, positions] */
        pmy_accum *mean = saved->of_row + 2 * r * n.channels;                     /* [channels] */
        pmy_channel_moments(n.channels, n.positions, x, mean, mean + n.channels);
    }
}

/* The row where it began to be not finite, or 0. */
static size_t row_to_blame(size_of n, const batchnorm_saved *saved, size_t channel)
{
    for (size_t r = 0; r < n.rows; r++) {
        const pmy_accum *of_row = saved->of_row + 2 * r * n.channels; /* [2, channels] */
        if (!pmy_is_finite((pmy_real)of_row[channel]) ||
            !pmy_is_finite((pmy_real)of_row[n.channels + channel]))
            return r;
    }
    return 0;
}

static void take_batch_statistics(const pmy_node *node, tile t)
{
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
    if (n.rows * n.positions == 1) {
        pmy_report(node, 0, "training needs more than 1 value per channel");
        return;
    }
    pmy_batchnorm_sum_rows(n, saved->of_row, 0, t, saved->mean);
    pmy_batchnorm_sum_rows(n, saved->of_row, 1, t, saved->squares);
    for (size_t c = t.begin; c < t.end; c++)
        saved->mean[c] /= (pmy_accum)n.rows;
    pmy_batchnorm_add_between(n, saved->of_row, t, saved->mean, saved->squares);
    for (size_t c = t.begin; c < t.end; c++)
        if (!pmy_is_finite((pmy_real)saved->squares[c])) {
            pmy_report(node, row_to_blame(n, saved, c), "the variance of channel %zu is not finite", c);
            return;
        }
}

/* What z is computed with. */
static void set_affine(const pmy_node *node, tile t, bool of_batch)
{
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
    for (size_t c = t.begin; c < t.end; c++) {
        pmy_accum variance = saved->squares[c] / (pmy_accum)(n.rows * n.positions);
        if (!of_batch) {
            saved->mean[c] = (pmy_accum)node->input[RUNNING_MEAN]->value[c];
            variance = (pmy_accum)node->input[RUNNING_VAR]->value[c];
        }
        pmy_accum mean = saved->mean[c];
        saved->reciprocal[c] = pmy_reciprocal_deviation(variance);
        pmy_accum scale = saved->reciprocal[c] * (pmy_accum)node->input[WEIGHT]->value[c];
        saved->rounded_mean[c] = (pmy_real)mean;
        saved->scale[c] = (pmy_real)scale;
        saved->shift[c] = (pmy_real)((pmy_accum)node->input[BIAS]->value[c] -
                                     (mean - (pmy_accum)saved->rounded_mean[c]) * scale);
    }
}

static void forward_combine(const pmy_node *node, pmy_piece piece)
{
    tile t = tile_at(node, piece.begin);
    if (uses_batch(node))
        take_batch_statistics(node, t);
    set_affine(node, t, uses_batch(node));
}

static pmy_channel_affine affine_of(const batchnorm_saved *saved, size_t channel)
{
    return (pmy_channel_affine){saved->rounded_mean + channel, saved->scale + channel,
                                saved->shift + channel};
}

static pmy_channel_affine affine(const pmy_node *node)
{
    set_affine(node, (tile){0, sizes(node).channels}, false);
    return affine_of(node->saved, 0);
}

/* Some channels of a row, or some positions of one channel. */
typedef struct span {
    size_t channel, channels;
    size_t position, positions;
} span;

static span span_from(size_of n, size_t channel, size_t position)
{
    if (n.positions > SPAN) {
        size_t left = n.positions - position;
        return (span){channel, 1, position, left < SPAN ? left : SPAN};
    }
    size_t channels = SPAN / n.positions, left = n.channels - channel;
    return (span){channel, left < channels ? left : channels, 0, n.positions};
}

static span next_span(size_of n, span s)
{
    size_t end = s.position + s.positions;
    return end < n.positions ? span_from(n, s.channel, end) : span_from(n, s.channel + s.channels, 0);
}

#define FOR_SPANS(s, n) for (span s = span_from(n, 0, 0); s.channel < (n).channels; s = next_span(n, s))

/* z of a span of x, which begins at `at`. */
static void normalise(const pmy_node *node, span s, size_t at, pmy_real *z)
{
    pmy_channel_normalise(s.channels, s.positions, node->input[X]->value + at,
                          affine_of(node->saved, s.channel), z);
}

static size_t place_of(size_of n, size_t row, span s)
{
    return (row * n.channels + s.channel) * n.positions + s.position;
}

static void forward_normalise(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
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

/* After a PMY_TRAIN forward: not before it is known that no data was bad. */
static void move_statistics(pmy_node *node)
{
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
    pmy_real *mean = node->input[RUNNING_MEAN]->value;    /* [channels] */
    pmy_real *variance = node->input[RUNNING_VAR]->value; /* [channels] */
    pmy_accum share = (pmy_accum)momentum, others = (pmy_accum)(n.rows * n.positions - 1);
    for (size_t c = 0; c < n.channels; c++) {
        mean[c] = (pmy_real)((1 - share) * (pmy_accum)mean[c] + share * saved->mean[c]);
        variance[c] = (pmy_real)((1 - share) * (pmy_accum)variance[c] + share * (saved->squares[c] / others));
    }
    node->input[BATCHES]->counts[0]++;
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
                         affine_of(node->saved, s.channel), dy, room);
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
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
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

static void backward_combine(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
    tile t = tile_at(node, piece.begin);
    pmy_accum count = (pmy_accum)(n.rows * n.positions);
    pmy_batchnorm_sum_rows(n, saved->of_row, 0, t, saved->dbias);
    pmy_batchnorm_sum_rows(n, saved->of_row, 1, t, saved->dweight);
    for (size_t c = t.begin; c < t.end; c++) {
        pmy_accum lost = saved->mean[c] - (pmy_accum)saved->rounded_mean[c];
        pmy_accum products = saved->dweight[c] - lost * saved->dbias[c], reciprocal = saved->reciprocal[c];
        pmy_accum slope = reciprocal * reciprocal * products / count;
        pmy_accum offset = saved->dbias[c] / count;
        if (!uses_batch(node)) /* which m and v do not depend on */
            slope = offset = 0;
        saved->dweight[c] = reciprocal * products;
        saved->slope[c] = (pmy_real)slope;
        saved->offset[c] = (pmy_real)(offset - lost * slope);
    }
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    size_of n = sizes(node);
    const batchnorm_saved *saved = node->saved;
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
    const batchnorm_saved *saved = node->saved;
    pmy_real *dweight = node->input[WEIGHT]->gradient; /* [channels] */
    pmy_real *dbias = node->input[BIAS]->gradient;     /* [channels] */
    tile t = tile_at(node, piece.begin);
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
        {"more channels than a tile", {{8, TILE + 1}}, PMY_LEAKY_RELU},
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
    .take = take,
    .affine = affine,
    .forward = {{.run = forward_rows}, {.run = forward_combine, .tiles = tiles}, {.run = forward_normalise}},
    .whole = 1 << WEIGHT | 1 << BIAS | 1 << RUNNING_MEAN | 1 << RUNNING_VAR | 1 << BATCHES,
    .integers = 1 << BATCHES,
    .mixes_rows = true,
    .move_statistics = move_statistics,
    .backward = {{.run = backward_rows},
                 {.run = backward_combine, .tiles = tiles},
                 {.run = backward_input, .gives = 1 << X},
                 {.run = backward_parameters, .tiles = tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
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
