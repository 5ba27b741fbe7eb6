/* layernorm: over the n numbers x_i of each row, with w = weight and b = bias,
 *
 *   m = Σ x_i/n,  v = Σ (x_i − m)²/n,  r = 1/√(v + ε)
 *   y_i = (x_i − m) r w_i + b_i
 *
 *   d_i = dy_i w_i
 *   dx_i = r (d_i − Σ d/n − (x_i − m) r² Σ d (x − m)/n)
 *   dw_i = Σ_rows dy_i (x_i − m) r,  db_i = Σ_rows dy_i
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

/* What forward leaves for backward of each row. */
typedef struct row_moments {
    pmy_accum mean, reciprocal; /* m, r */
} row_moments;

/* x̂ = (x − mean) scale + shift */
typedef struct line {
    pmy_real mean, scale, shift;
} line;

static line line_of(row_moments row)
{
    pmy_real rounded = (pmy_real)row.mean;
    return (line){rounded, (pmy_real)row.reciprocal,
                  (pmy_real)(((pmy_accum)rounded - row.mean) * row.reciprocal)};
}

static pmy_shape without_batch(pmy_shape shape)
{
    pmy_shape rest = {{0}};
    for (unsigned axis = 1; axis < PMY_MAX_RANK; axis++)
        rest.dim[axis - 1] = shape.dim[axis];
    return rest;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    pmy_shape x = node->input[X]->shape;
    if (pmy_shape_rank(x) < 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs x [batch, ...]");
    for (unsigned i = WEIGHT; i <= BIAS; i++)
        if (!pmy_shape_equal(node->input[i]->shape, without_batch(x)) || node->input[i]->batched)
            return pmy_fail(error, PMY_BAD_SHAPE, "weight and bias must be %s and no part of the batch",
                            pmy_shape_print(without_batch(x)).text);
    node->shape = x;
    return PMY_OK;
}

static bool take(pmy_node *node)
{
    node->saved = pmy_take(node, pmy_rows(node), sizeof(row_moments));
    return node->saved;
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
    size_t n = pmy_row_size(node);
    row_moments *saved = node->saved; /* [rows] */
    for (size_t r = piece.begin; r < piece.end; r++) {
        const pmy_real *x = node->input[X]->value + r * n; /* [n] */
        pmy_accum squares;
        pmy_channel_moments(1, n, x, &saved[r].mean, &squares);
        if (!pmy_is_finite((pmy_real)squares)) {
            pmy_report(node, r, "the variance is not finite");
            return;
        }
        saved[r].reciprocal = pmy_reciprocal_deviation(squares / (pmy_accum)n);
        pmy_layernorm_row(n, x, node->input[WEIGHT]->value, node->input[BIAS]->value, line_of(saved[r]),
                          node->value + r * n);
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

static void backward_row(const pmy_node *node, size_t row)
{
    size_t n = pmy_row_size(node);
    const pmy_real *x = node->input[X]->value + row * n; /* [n] */
    const pmy_real *dy = node->gradient + row * n;       /* [n] */
    const pmy_real *weight = node->input[WEIGHT]->value; /* [n] */
    pmy_real *dx = node->input[X]->gradient + row * n;   /* [n] */
    row_moments moments = ((row_moments *)node->saved)[row];
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
    for (size_t r = piece.begin; r < piece.end; r++)
        backward_row(node, r);
}

static size_t column_tiles(const pmy_node *node)
{
    return (pmy_row_size(node) + PMY_COLUMN_TILE - 1) / PMY_COLUMN_TILE;
}

/* sums[j] += dy x̂ over the columns of a tile in one row. */
PMY_CLONES
static void pmy_layernorm_add_products(size_t width, const pmy_real *x, const pmy_real *dy, line of,
                                       pmy_accum *sums)
{
    for (size_t j = 0; j < width; j++)
        sums[j] += (pmy_accum)(dy[j] * ((x[j] - of.mean) * of.scale + of.shift));
}

static void backward_weight_tile(const pmy_node *node, size_t begin, size_t end)
{
    size_t n = pmy_row_size(node);
    pmy_real *dw = node->input[WEIGHT]->gradient; /* [n] */
    const row_moments *saved = node->saved;       /* [rows] */
    pmy_accum sums[PMY_COLUMN_TILE] = {0};
    for (size_t r = 0; r < pmy_rows(node); r++)
        pmy_layernorm_add_products(end - begin, node->input[X]->value + r * n + begin,
                                   node->gradient + r * n + begin, line_of(saved[r]), sums);
    for (size_t j = begin; j < end; j++)
        pmy_put(&dw[j], (pmy_real)sums[j - begin], pmy_accumulates(node, WEIGHT));
}

static void backward_parameters(const pmy_node *node, pmy_piece piece)
{
    size_t n = pmy_row_size(node), begin = piece.begin * PMY_COLUMN_TILE;
    size_t end = n - begin < PMY_COLUMN_TILE ? n : begin + PMY_COLUMN_TILE;
    if (node->input[WEIGHT]->gradient)
        backward_weight_tile(node, begin, end);
    if (node->input[BIAS]->gradient)
        pmy_sum_columns(pmy_rows(node), n, begin, end, node->gradient, node->input[BIAS]->gradient,
                        pmy_accumulates(node, BIAS));
}

/* --- The op --------------------------------------------------------------- */

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        pmy_shape x;
    } instance[] = {
        {NULL, {{5, 7}}},
        {"three numbers", {{5, 3}}},
        {"one row", {{1, 17}}},
        {"images", {{3, 2, 5, 7}}},
        {"more columns than a tile", {{3, PMY_COLUMN_TILE + 1}}},
        {"rows longer than a span", {{3, SPAN + 13}}},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    pmy_shape shape = without_batch(instance[index].x);
    pmy_node *x = pmy_sample_input(s, instance[index].x, -1, 2);
    pmy_node *weight = pmy_sample_constant(s, shape, 0.5, 1.5);
    return pmy_layernorm_with(s->graph, x, weight, pmy_sample_constant(s, shape, -0.5, 0.5));
}

const pmy_op pmy_op_layernorm = {
    .name = "layernorm",
    .checks.formula = "y = (x - mean) / sqrt(variance + 1e-5) w + b, mean and variance by row",
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

pmy_node *pmy_layernorm(pmy_graph *graph, pmy_node *x)
{
    if (!pmy_recorded(x))
        return x;
    if (pmy_shape_rank(x->shape) < 2)
        return pmy_refuse(graph, PMY_BAD_SHAPE, "layernorm: needs [batch, ...], not %s",
                          pmy_shape_print(x->shape).text);
    pmy_shape shape = without_batch(x->shape);
    pmy_node *weight = pmy_layer_parameter(graph, "layernorm", "weight", shape, PMY_ONES, 0);
    pmy_node *bias = pmy_layer_parameter(graph, "layernorm", "bias", shape, PMY_ZEROS, 0);
    return pmy_layernorm_with(graph, x, weight, bias);
}
