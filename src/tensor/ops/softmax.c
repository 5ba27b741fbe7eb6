/* softmax over the last axis: p_i = exp(x_i − m) / Σ_j exp(x_j − m), m the row's maximum.
 * log_softmax: y_i = log p_i, without taking the log of a rounded p.
 *
 * Backward, per row, from the Jacobian ∂p_i/∂x_j = p_i (δ_ij − p_j) without
 * forming it:
 *   softmax:      dx_i = p_i (dp_i − Σ_j p_j dp_j)
 *   log_softmax:  dx_i = dy_i − p_i Σ_j dy_j */
#include "tensor/ops/ops.h"

#include "tensor/op.h"
#include "kernels/softmax_row.h"

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    if (pmy_shape_rank(node->input[0]->shape) < 1)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs a last axis");
    if (pmy_shape_rank(node->input[0]->shape) == 1 && node->batched)
        return pmy_fail(error, PMY_BAD_SHAPE, "the last axis is the batch's");
    node->shape = node->input[0]->shape;
    return PMY_OK;
}

/* The exponentials of one row. */
static bool take(pmy_node *node)
{
    node->scratch = pmy_shape_last(node->shape) * sizeof(pmy_accum);
    return true;
}

/* log_softmax keeps the probabilities: made from the rounded logarithms, they would be off
 * by more than rounding, which shows where dy_i and p_i Σ dy nearly cancel. */
static bool take_log_softmax(pmy_node *node)
{
    node->saved = pmy_take(node, pmy_shape_size(node->shape), sizeof(pmy_accum));
    return take(node) && node->saved;
}

/* One axis alone is one row, so there is one piece. */
static size_t tiles(const pmy_node *node)
{
    return pmy_shape_rank(node->shape) == 1 ? 1 : PMY_BY_ROWS;
}

/* The exponentials of vector r; false, and reported: it has none. */
static bool exponentials(const pmy_node *node, size_t r, pmy_accum *e /* [classes] */, pmy_softmax_row *row)
{
    size_t classes = pmy_shape_last(node->shape);
    const pmy_real *x = node->input[0]->value + r * classes; /* [classes] */
    pmy_row_fault fault = pmy_softmax_exponentials(classes, x, 1, e, row);
    if (fault != PMY_ROW_FINE)
        pmy_report_vector(node, r, "%s", pmy_row_fault_text(fault));
    return fault == PMY_ROW_FINE;
}

static void forward_softmax(const pmy_node *node, pmy_piece piece)
{
    size_t each = pmy_row_vectors(node), classes = pmy_shape_last(node->shape);
    pmy_accum *e = piece.scratch; /* [classes] */
    for (size_t r = piece.begin * each; r < piece.end * each; r++) {
        pmy_real *p = node->value + r * classes; /* [classes] */
        pmy_softmax_row row;
        bool fine = exponentials(node, r, e, &row);
        for (size_t i = 0; fine && i < classes; i++)
            p[i] = (pmy_real)(e[i] / (1 + row.rest));
    }
}

static void backward_softmax(const pmy_node *node, pmy_piece piece)
{
    size_t each = pmy_row_vectors(node), classes = pmy_shape_last(node->shape);
    for (size_t r = piece.begin * each; r < piece.end * each; r++) {
        const pmy_real *p = node->value + r * classes;         /* [classes] */
        const pmy_real *dp = node->gradient + r * classes;     /* [classes] */
        pmy_real *dx = node->input[0]->gradient + r * classes; /* [classes] */
        pmy_accum mean = 0;
        for (size_t i = 0; i < classes; i++)
            mean += (pmy_accum)p[i] * (pmy_accum)dp[i];
        for (size_t i = 0; i < classes; i++)
            pmy_put(&dx[i], (pmy_real)((pmy_accum)p[i] * ((pmy_accum)dp[i] - mean)),
                    pmy_accumulates(node, 0));
    }
}

static void forward_log_softmax(const pmy_node *node, pmy_piece piece)
{
    size_t each = pmy_row_vectors(node), classes = pmy_shape_last(node->shape);
    pmy_accum *e = piece.scratch; /* [classes] */
    for (size_t r = piece.begin * each; r < piece.end * each; r++) {
        const pmy_real *x = node->input[0]->value + r * classes; /* [classes] */
        pmy_real *y = node->value + r * classes;                 /* [classes] */
        pmy_accum *p = (pmy_accum *)node->saved + r * classes;   /* [classes] */
        pmy_softmax_row row;
        bool fine = exponentials(node, r, e, &row);
        for (size_t i = 0; fine && i < classes; i++) {
            y[i] = 0 - pmy_narrow(pmy_negative_log_probability(&row, x[i], 1));
            p[i] = e[i] / (1 + row.rest);
        }
    }
}

static void backward_log_softmax(const pmy_node *node, pmy_piece piece)
{
    size_t each = pmy_row_vectors(node), classes = pmy_shape_last(node->shape);
    for (size_t r = piece.begin * each; r < piece.end * each; r++) {
        const pmy_accum *p = (const pmy_accum *)node->saved + r * classes; /* [classes] */
        const pmy_real *dy = node->gradient + r * classes;                 /* [classes] */
        pmy_real *dx = node->input[0]->gradient + r * classes;             /* [classes] */
        pmy_accum sum = 0;
        for (size_t i = 0; i < classes; i++)
            sum += (pmy_accum)dy[i];
        for (size_t i = 0; i < classes; i++)
            pmy_put(&dx[i], (pmy_real)((pmy_accum)dy[i] - p[i] * sum), pmy_accumulates(node, 0));
    }
}

static pmy_node *sample_of(pmy_sample *s, unsigned index, pmy_node *(*op)(pmy_graph *, pmy_node *))
{
    switch (index) {
    case 0:
        return op(s->graph, pmy_sample_input(s, PMY_SHAPE(5, 7), -2, 2));
    case 1:
        s->note = "rank 3";
        return op(s->graph, pmy_sample_input(s, PMY_SHAPE(3, 2, 11), -2, 2));
    case 2:
        s->note = "one axis";
        return op(s->graph, pmy_sample_constant(s, PMY_SHAPE(9), -2, 2));
    default:
        return NULL;
    }
}

static pmy_node *sample_softmax(pmy_sample *s, unsigned index)
{
    return sample_of(s, index, pmy_softmax);
}

static pmy_node *sample_log_softmax(pmy_sample *s, unsigned index)
{
    return sample_of(s, index, pmy_log_softmax);
}

const pmy_op pmy_op_softmax = {
    .name = "softmax",
    .checks.formula = "p_i = exp(x_i) / sum_j exp(x_j)",
    .infer = infer,
    .take = take,
    .forward = {{.run = forward_softmax, .tiles = tiles}},
    .backward = {{.run = backward_softmax, .tiles = tiles, .gives = 1}},
    .checks.sample = sample_softmax,
};

const pmy_op pmy_op_log_softmax = {
    .name = "log_softmax",
    .checks.formula = "y_i = x_i - log sum_j exp(x_j)",
    .infer = infer,
    .take = take_log_softmax,
    .forward = {{.run = forward_log_softmax, .tiles = tiles}},
    .backward = {{.run = backward_log_softmax, .tiles = tiles, .gives = 1}},
    .checks.sample = sample_log_softmax,
};

pmy_node *pmy_softmax(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_softmax, 1, &x, NULL, 0);
}

pmy_node *pmy_log_softmax(pmy_graph *graph, pmy_node *x)
{
    return pmy_append(graph, &pmy_op_log_softmax, 1, &x, NULL, 0);
}
