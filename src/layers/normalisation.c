/* The shapes, the loops and the sums of layernorm and rmsnorm. */
#include "layers/normalisation.h"

#include "kernels/channels.h"
#include "kernels/reduce.h"
#include "base/simd.h"

#include <string.h>

enum { X, WEIGHT, BIAS };

/* How many numbers backward takes at a time. */
enum { SPAN = PMY_NORMALISATION_SPAN };

/* x̂ = (x − mean) scale + shift */
typedef struct line {
    pmy_real mean, scale, shift;
} line;

static line line_of(pmy_group_moments row)
{
    pmy_real rounded = (pmy_real)row.mean;
    return (line){rounded, (pmy_real)row.reciprocal,
                  (pmy_real)(((pmy_accum)rounded - row.mean) * row.reciprocal)};
}

pmy_shape pmy_last_axes(pmy_shape shape, unsigned axes)
{
    unsigned first = pmy_shape_rank(shape) - axes;
    pmy_shape last = {{0}};
    for (unsigned axis = 0; axis < axes; axis++)
        last.dim[axis] = shape.dim[first + axis];
    return last;
}

bool pmy_has_groups(pmy_shape x, unsigned axes)
{
    return axes > 0 && axes < pmy_shape_rank(x);
}

pmy_status pmy_normalisation_infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape;
    unsigned axes = pmy_shape_rank(weight);
    if (!pmy_has_groups(x, axes))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, ...] with more axes than the weight");
    for (unsigned i = WEIGHT; i < node->inputs; i++)
        if (!pmy_shape_equal(node->input[i]->shape, pmy_last_axes(x, axes)) || node->input[i]->batched)
            return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias must be %s and no part of the batch",
                            pmy_shape_print(pmy_last_axes(x, axes)).text);
    node->shape = x;
    return PMY_OK;
}

/* The size of a group, how many there are, and how many in a row of the batch. */
static size_t group_size(const pmy_node *node)
{
    return pmy_shape_size(node->input[WEIGHT]->shape);
}

/* NULL: there is none. */
static const pmy_node *bias_of(const pmy_node *node)
{
    return node->inputs > BIAS ? node->input[BIAS] : NULL;
}

static size_t group_count(const pmy_node *node)
{
    return pmy_shape_size(node->shape) / group_size(node);
}

static size_t row_groups(const pmy_node *node)
{
    return pmy_row_size(node) / group_size(node);
}

typedef struct normalisation_saved {
    pmy_group_moments *moments; /* [groups] */
    pmy_accum *parts; /* [rows, 2, n]: each row's own sums for dw and db; where a row has groups enough */
} normalisation_saved;

static const normalisation_saved *saved_of(const pmy_node *node)
{
    return node->saved;
}

bool pmy_normalisation_take(pmy_node *node)
{
    enum { ENOUGH = 4 };
    normalisation_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved || !(saved->moments = pmy_take(node, group_count(node), sizeof *saved->moments)))
        return false;
    if (row_groups(node) < ENOUGH)
        return true;
    saved->parts = pmy_take(node, pmy_rows(node) * group_size(node), 2 * sizeof *saved->parts);
    return saved->parts;
}

static void report(const pmy_node *node, size_t group)
{
    static const char what[] = "the variance is not finite";
    if (row_groups(node) == 1)
        pmy_report(node, group, what);
    else
        pmy_report_vector(node, group * (pmy_vectors(node) / group_count(node)), what);
}

/* --- Forward -------------------------------------------------------------- */

PMY_CLONES
static void pmy_normalise_group(size_t n, const pmy_real *x, const pmy_real *weight, const pmy_real *bias,
                                line of, pmy_real *y)
{
    for (size_t i = 0; !bias && i < n; i++)
        y[i] = ((x[i] - of.mean) * of.scale + of.shift) * weight[i];
    for (size_t i = 0; bias && i < n; i++)
        y[i] = ((x[i] - of.mean) * of.scale + of.shift) * weight[i] + bias[i];
}

void pmy_normalisation_forward(const pmy_node *node, pmy_piece piece, pmy_moments_of *moments_of)
{
    size_t n = group_size(node), each = row_groups(node);
    const pmy_node *bias = bias_of(node);
    pmy_group_moments *saved = saved_of(node)->moments; /* [groups] */
    for (size_t g = piece.begin * each; g < piece.end * each; g++) {
        const pmy_real *x = node->input[X]->value + g * n; /* [n] */
        if (!moments_of(n, x, &saved[g])) {
            report(node, g);
            return;
        }
        pmy_normalise_group(n, x, node->input[WEIGHT]->value, bias ? bias->value : NULL, line_of(saved[g]),
                            node->value + g * n);
    }
}

/* --- Backward ------------------------------------------------------------- */

/* d = dy w */
PMY_CLONES
static void pmy_normalisation_weigh(size_t n, const pmy_real *dy, const pmy_real *weight, pmy_real *d)
{
    for (size_t i = 0; i < n; i++)
        d[i] = dy[i] * weight[i];
}

static size_t span_from(size_t begin, size_t n)
{
    return pmy_at_most(n - begin, SPAN);
}

static void backward_group(const pmy_node *node, size_t group, bool centred)
{
    size_t n = group_size(node);
    const pmy_real *x = node->input[X]->value + group * n; /* [n] */
    const pmy_real *dy = node->gradient + group * n;       /* [n] */
    const pmy_real *weight = node->input[WEIGHT]->value;   /* [n] */
    pmy_real *dx = node->input[X]->gradient + group * n;   /* [n] */
    pmy_group_moments moments = saved_of(node)->moments[group];
    pmy_real d[SPAN], mean = (pmy_real)moments.mean, scale = (pmy_real)moments.reciprocal;
    pmy_accum sum = 0, products = 0;
    for (size_t i = 0; i < n; i += SPAN) {
        pmy_normalisation_weigh(span_from(i, n), dy + i, weight + i, d);
        pmy_channel_sums(1, span_from(i, n), x + i, &mean, d, &sum, &products);
    }
    pmy_accum lost = moments.mean - (pmy_accum)mean;
    pmy_accum steep = moments.reciprocal * moments.reciprocal * (products - lost * sum) / (pmy_accum)n;
    /* Only where m follows x: Σ d/n is its share. */
    pmy_accum level = centred ? sum / (pmy_accum)n - lost * steep : 0;
    pmy_real slope = (pmy_real)steep, offset = (pmy_real)level;
    for (size_t i = 0; i < n; i += SPAN) {
        pmy_normalisation_weigh(span_from(i, n), dy + i, weight + i, d);
        pmy_channel_gradient(1, span_from(i, n), x + i, d,
                             (pmy_channel_slopes){&mean, &scale, &offset, &slope}, dx + i,
                             pmy_accumulates(node, X));
    }
}

void pmy_normalisation_backward_x(const pmy_node *node, pmy_piece piece, bool centred)
{
    size_t each = row_groups(node);
    for (size_t g = piece.begin * each; g < piece.end * each; g++)
        backward_group(node, g, centred);
}

size_t pmy_normalisation_tiles(const pmy_node *node)
{
    return pmy_parts(group_size(node), PMY_COLUMN_TILE);
}

/* sums[j] += dy x̂ over the columns of a tile in one group. */
PMY_CLONES
static void pmy_normalisation_add_products(size_t width, const pmy_real *x, const pmy_real *dy, line of,
                                           pmy_accum *sums)
{
    for (size_t j = 0; j < width; j++)
        sums[j] += (pmy_accum)(dy[j] * ((x[j] - of.mean) * of.scale + of.shift));
}

PMY_CLONES
static void pmy_normalisation_add(size_t n, const pmy_real *dy, pmy_accum *sums)
{
    for (size_t j = 0; j < n; j++)
        sums[j] += (pmy_accum)dy[j];
}

size_t pmy_normalisation_parts(const pmy_node *node)
{
    return saved_of(node)->parts ? PMY_BY_ROWS : 0;
}

void pmy_normalisation_backward_parts(const pmy_node *node, pmy_piece piece)
{
    size_t n = group_size(node), each = row_groups(node);
    for (size_t r = piece.begin; r < piece.end; r++) {
        pmy_accum *dw = saved_of(node)->parts + r * 2 * n, *db = dw + n; /* [n] */
        memset(dw, 0, 2 * n * sizeof *dw);
        for (size_t g = r * each; g < (r + 1) * each; g++) {
            const pmy_real *dy = node->gradient + g * n; /* [n] */
            pmy_normalisation_add_products(n, node->input[X]->value + g * n, dy,
                                           line_of(saved_of(node)->moments[g]), dw);
            if (bias_of(node))
                pmy_normalisation_add(n, dy, db);
        }
    }
}

/* The rows' parts of the gradient of that input, the weight or the bias. */
static void add_parts(const pmy_node *node, unsigned input, size_t begin, size_t end)
{
    size_t n = group_size(node);
    for (size_t j = begin; j < end; j++) {
        pmy_accum sum = 0;
        for (size_t r = 0; r < pmy_rows(node); r++)
            sum += saved_of(node)->parts[(r * 2 + input - WEIGHT) * n + j];
        pmy_put(&node->input[input]->gradient[j], (pmy_real)sum, pmy_accumulates(node, input));
    }
}

static void backward_weight_tile(const pmy_node *node, size_t begin, size_t end)
{
    size_t n = group_size(node);
    pmy_real *dw = node->input[WEIGHT]->gradient; /* [n] */
    pmy_accum sums[PMY_COLUMN_TILE] = {0};
    const pmy_group_moments *moments = saved_of(node)->moments; /* [groups] */
    for (size_t g = 0; g < group_count(node); g++)
        pmy_normalisation_add_products(end - begin, node->input[X]->value + g * n + begin,
                                       node->gradient + g * n + begin, line_of(moments[g]), sums);
    for (size_t j = begin; j < end; j++)
        pmy_put(&dw[j], (pmy_real)sums[j - begin], pmy_accumulates(node, WEIGHT));
}

void pmy_normalisation_backward_weights(const pmy_node *node, pmy_piece piece)
{
    size_t n = group_size(node);
    pmy_piece columns = pmy_tiled(piece, PMY_COLUMN_TILE, n);
    if (saved_of(node)->parts) {
        for (unsigned input = WEIGHT; input < node->inputs; input++)
            if (node->input[input]->gradient)
                add_parts(node, input, columns.begin, columns.end);
        return;
    }
    if (node->input[WEIGHT]->gradient)
        backward_weight_tile(node, columns.begin, columns.end);
    if (bias_of(node) && bias_of(node)->gradient)
        pmy_sum_columns(group_count(node), n, columns.begin, columns.end, node->gradient,
                        bias_of(node)->gradient, pmy_accumulates(node, BIAS));
}
