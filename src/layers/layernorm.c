/* layernorm: over the n numbers x_i of each group, which is what the last axes hold, with w = weight and b =
 * bias,
 *
 *   m = Σ x_i/n,  v = Σ (x_i − m)²/n,  r = 1/√(v + ε)
 *   y_i = (x_i − m) r w_i + b_i
 *
 *   d_i = dy_i w_i
 *   dx_i = r (d_i − Σ d/n − (x_i − m) r² Σ d (x − m)/n)
 *   dw_i = Σ_groups dy_i (x_i − m) r,  db_i = Σ_groups dy_i
 *
 * In pmy_real, m is rounded; what is lost, m − (pmy_real)m, goes into what is added last. */
#include "layers/layernorm.h"

#include "kernels/channels.h"
#include "tensor/op.h"
#include "kernels/reduce.h"
#include "base/simd.h"

enum { X, WEIGHT, BIAS };

/* How many numbers backward takes at a time. */
enum { SPAN = 1024 };

/* What forward leaves for backward of each group. */
typedef struct group_moments {
    pmy_accum mean, reciprocal; /* m, r */
} group_moments;

/* x̂ = (x − mean) scale + shift */
typedef struct line {
    pmy_real mean, scale, shift;
} line;

static line line_of(group_moments row)
{
    pmy_real rounded = (pmy_real)row.mean;
    return (line){rounded, (pmy_real)row.reciprocal,
                  (pmy_real)(((pmy_accum)rounded - row.mean) * row.reciprocal)};
}

/* The shape of the last `axes` axes. */
static pmy_shape last_axes(pmy_shape shape, unsigned axes)
{
    unsigned first = pmy_shape_rank(shape) - axes;
    pmy_shape last = {{0}};
    for (unsigned axis = 0; axis < axes; axis++)
        last.dim[axis] = shape.dim[first + axis];
    return last;
}

static bool has_groups(pmy_shape x, unsigned axes)
{
    return axes > 0 && axes < pmy_shape_rank(x);
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape, weight = node->input[WEIGHT]->shape;
    unsigned axes = pmy_shape_rank(weight);
    if (!has_groups(x, axes))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, ...] with more axes than the weight");
    for (unsigned i = WEIGHT; i <= BIAS; i++)
        if (!pmy_shape_equal(node->input[i]->shape, last_axes(x, axes)) || node->input[i]->batched)
            return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias must be %s and no part of the batch",
                            pmy_shape_print(last_axes(x, axes)).text);
    node->shape = x;
    return PMY_OK;
}

/* The size of a group, how many there are, and how many in a row of the batch. */
static size_t group_size(const pmy_node *node)
{
    return pmy_shape_size(node->input[WEIGHT]->shape);
}

static size_t group_count(const pmy_node *node)
{
    return pmy_shape_size(node->shape) / group_size(node);
}

static size_t row_groups(const pmy_node *node)
{
    return pmy_row_size(node) / group_size(node);
}

static bool take(pmy_node *node)
{
    node->saved = pmy_take(node, group_count(node), sizeof(group_moments));
    return node->saved;
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
static void pmy_layernorm_row(size_t n, const pmy_real *x, const pmy_real *weight, const pmy_real *bias,
                              line of, pmy_real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = ((x[i] - of.mean) * of.scale + of.shift) * weight[i] + bias[i];
}

static void forward(const pmy_node *node, pmy_piece piece)
{
    size_t n = group_size(node), each = row_groups(node);
    group_moments *saved = node->saved; /* [groups] */
    for (size_t g = piece.begin * each; g < piece.end * each; g++) {
        const pmy_real *x = node->input[X]->value + g * n; /* [n] */
        pmy_accum squares;
        pmy_channel_moments(1, n, x, &saved[g].mean, &squares);
        if (!pmy_is_finite((pmy_real)squares)) {
            report(node, g);
            return;
        }
        saved[g].reciprocal = pmy_reciprocal_deviation(squares / (pmy_accum)n);
        pmy_layernorm_row(n, x, node->input[WEIGHT]->value, node->input[BIAS]->value, line_of(saved[g]),
                          node->value + g * n);
    }
}

/* --- Backward ------------------------------------------------------------- */

/* d = dy w */
PMY_CLONES
static void pmy_layernorm_weigh(size_t n, const pmy_real *dy, const pmy_real *weight, pmy_real *d)
{
    for (size_t i = 0; i < n; i++)
        d[i] = dy[i] * weight[i];
}

static size_t span_from(size_t begin, size_t n)
{
    return n - begin < SPAN ? n - begin : SPAN;
}

static void backward_group(const pmy_node *node, size_t group)
{
    size_t n = group_size(node);
    const pmy_real *x = node->input[X]->value + group * n; /* [n] */
    const pmy_real *dy = node->gradient + group * n;       /* [n] */
    const pmy_real *weight = node->input[WEIGHT]->value;   /* [n] */
    pmy_real *dx = node->input[X]->gradient + group * n;   /* [n] */
    group_moments moments = ((group_moments *)node->saved)[group];
    pmy_real d[SPAN], mean = (pmy_real)moments.mean, scale = (pmy_real)moments.reciprocal;
    pmy_accum sum = 0, products = 0;
    for (size_t i = 0; i < n; i += SPAN) {
        pmy_layernorm_weigh(span_from(i, n), dy + i, weight + i, d);
        pmy_channel_sums(1, span_from(i, n), x + i, &mean, d, &sum, &products);
    }
    pmy_accum lost = moments.mean - (pmy_accum)mean;
    pmy_accum steep = moments.reciprocal * moments.reciprocal * (products - lost * sum) / (pmy_accum)n;
    pmy_real slope = (pmy_real)steep, offset = (pmy_real)(sum / (pmy_accum)n - lost * steep);
    for (size_t i = 0; i < n; i += SPAN) {
        pmy_layernorm_weigh(span_from(i, n), dy + i, weight + i, d);
        pmy_channel_gradient(1, span_from(i, n), x + i, d,
                             (pmy_channel_slopes){&mean, &scale, &offset, &slope}, dx + i,
                             pmy_accumulates(node, X));
    }
}

static void backward_input(const pmy_node *node, pmy_piece piece)
{
    size_t each = row_groups(node);
    for (size_t g = piece.begin * each; g < piece.end * each; g++)
        backward_group(node, g);
}

static size_t column_tiles(const pmy_node *node)
{
    return (group_size(node) + PMY_COLUMN_TILE - 1) / PMY_COLUMN_TILE;
}

/* sums[j] += dy x̂ over the columns of a tile in one group. */
PMY_CLONES
static void pmy_layernorm_add_products(size_t width, const pmy_real *x, const pmy_real *dy, line of,
                                       pmy_accum *sums)
{
    for (size_t j = 0; j < width; j++)
        sums[j] += (pmy_accum)(dy[j] * ((x[j] - of.mean) * of.scale + of.shift));
}

static void backward_weight_tile(const pmy_node *node, size_t begin, size_t end)
{
    size_t n = group_size(node);
    pmy_real *dw = node->input[WEIGHT]->gradient; /* [n] */
    const group_moments *saved = node->saved;     /* [groups] */
    pmy_accum sums[PMY_COLUMN_TILE] = {0};
    for (size_t g = 0; g < group_count(node); g++)
        pmy_layernorm_add_products(end - begin, node->input[X]->value + g * n + begin,
                                   node->gradient + g * n + begin, line_of(saved[g]), sums);
    for (size_t j = begin; j < end; j++)
        pmy_put(&dw[j], (pmy_real)sums[j - begin], pmy_accumulates(node, WEIGHT));
}

static void backward_parameters(const pmy_node *node, pmy_piece piece)
{
    size_t n = group_size(node), begin = piece.begin * PMY_COLUMN_TILE;
    size_t end = n - begin < PMY_COLUMN_TILE ? n : begin + PMY_COLUMN_TILE;
    if (node->input[WEIGHT]->gradient)
        backward_weight_tile(node, begin, end);
    if (node->input[BIAS]->gradient)
        pmy_sum_columns(group_count(node), n, begin, end, node->gradient, node->input[BIAS]->gradient,
                        pmy_accumulates(node, BIAS));
}

/* --- The op --------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
        unsigned axes;
    } instance[] = {
        {NULL, {{5, 7}}, 1},
        {"three numbers", {{5, 3}}, 1},
        {"one row", {{1, 17}}, 1},
        {"images", {{3, 2, 5, 7}}, 3},
        {"sequences", {{3, 4, 7}}, 1},
        {"images by rows and columns", {{2, 3, 3, 5}}, 2},
        {"more columns than a tile", {{3, PMY_COLUMN_TILE + 1}}, 1},
        {"groups longer than a span", {{3, SPAN + 13}}, 1},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape shape = last_axes(instance[index].x, instance[index].axes);
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 2);
    pmy_node *weight = pmy_sample_constant(s, shape, 0.5, 1.5);
    return pmy_layernorm_with(s->graph, x, weight, pmy_sample_constant(s, shape, -0.5, 0.5));
}

const pmy_op pmy_op_layernorm = {
    .name = "layernorm",
    .checks.formula = "y = (x - mean) / sqrt(variance + 1e-5) w + b, mean and variance over the last axes",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward}},
    .whole = 1 << WEIGHT | 1 << BIAS,
    .backward = {{.run = backward_input, .gives = 1 << X},
                 {.run = backward_parameters, .tiles = column_tiles, .gives = 1 << WEIGHT | 1 << BIAS}},
    .checks.sample = sample,
};

pmy_node *pmy_layernorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias)
{
    return pmy_append(graph, &pmy_op_layernorm, 3, (pmy_node *[]){x, weight, bias}, NULL, 0);
}

pmy_node *pmy_layernorm(pmy_graph *graph, pmy_node *x, unsigned axes)
{
    if (!pmy_recorded(x))
        return pmy_append(graph, &pmy_op_layernorm, 1, &x, NULL, 0);
    if (!has_groups(x->shape, axes))
        return pmy_refuse(graph, PMY_BAD_SHAPE,
                          "layernorm: needs [batch, ...] with more than %u axes, not %s", axes ? axes : 1,
                          pmy_shape_print(x->shape).text);
    pmy_shape shape = last_axes(x->shape, axes);
    pmy_node *weight = pmy_layer_parameter(graph, "layernorm", "weight", shape, PMY_ONES, 0);
    pmy_node *bias = pmy_layer_parameter(graph, "layernorm", "bias", shape, PMY_ZEROS, 0);
    return pmy_layernorm_with(graph, x, weight, bias);
}
