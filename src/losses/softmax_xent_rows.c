#include "losses/softmax_xent_rows.h"

#include "base/parts.h"
#include "kernels/softmax_bundle.h"
#include "kernels/softmax_lanes.h"
#include "kernels/softmax_targets.h"

/* A gradient of more numbers than this is streamed to memory: no cache would
 * still hold its beginning when backward reads it. */
enum { STREAMED_FROM = 1 << 22 };

pmy_accum pmy_xent_weight_of_label(const pmy_node *node, size_t row)
{
    const pmy_real *weights = pmy_xent_options(node)->class_weights;
    if (!weights || !pmy_xent_has_labels(node))
        return 1;
    int32_t label = node->input[TARGET]->integers[row];
    bool fine = label >= 0 && (size_t)label < pmy_shape_last(node->input[LOGITS]->shape);
    return fine ? (pmy_accum)weights[label] : 1;
}

pmy_accum pmy_xent_weight_of_row(const pmy_node *node)
{
    const pmy_xent_saved *saved = node->saved;
    if (pmy_xent_options(node)->reduction == PMY_SUM)
        return 1;
    return saved->divisor > 0 ? 1 / saved->divisor : 0; /* where no row counts, the loss is 0 */
}

/* Whether a row's target is its label alone. */
static bool is_hard(const pmy_node *node)
{
    return pmy_xent_has_labels(node) && pmy_xent_options(node)->label_smoothing == 0;
}

/* One row as the functions below see it. */
typedef struct row_view {
    size_t classes;
    const pmy_real *z; /* [classes] */
    pmy_real *e;       /* [classes], and lanes to spare */
    pmy_accum temperature;
    pmy_accum weight; /* of the row's gradient: weight_of_row/T */
    pmy_real *dz;     /* [classes]; NULL: not wanted */
    bool streamed;
    pmy_softmax_row softmax;
} row_view;

/* What all rows have in common. */
static row_view view_of_rows(const pmy_node *node)
{
    const pmy_node *z = node->input[LOGITS];
    row_view row = {.classes = pmy_shape_last(z->shape),
                    .temperature = (pmy_accum)pmy_xent_options(node)->temperature,
                    .streamed = pmy_shape_size(z->shape) > STREAMED_FROM};
    row.weight = pmy_xent_weight_of_row(node) / row.temperature;
    return row;
}

/* --- A label alone: y is its class weight at the target, and 0 elsewhere --- */

/* The loss of a row with this logit at the target. Of its gradient, each class gets its e times `factor`, but
 * for the target. */
static pmy_accum hard_loss(const row_view *view, const pmy_softmax_row *s, pmy_real logit,
                           pmy_accum class_weight, pmy_accum *factor)
{
    *factor = class_weight * view->weight / (1 + s->rest);
    pmy_accum loss = pmy_negative_log_probability(s, logit, view->temperature); /* may be infinite */
    return class_weight > 0 ? class_weight * loss : 0;
}

/* The target's: minus the others' e, of which its own is given. */
static pmy_real gradient_of_target(const pmy_softmax_row *s, size_t target, pmy_accum e, pmy_accum factor)
{
    pmy_accum others = target == s->argmax ? s->rest : 1 + s->rest - e;
    return (pmy_real)(0 - others * factor);
}

static pmy_accum hard_row(const row_view *row, size_t target, pmy_accum class_weight)
{
    const pmy_softmax_row *s = &row->softmax;
    pmy_accum factor, loss = hard_loss(row, s, row->z[target], class_weight, &factor);
    if (row->dz) {
        pmy_softmax_gradient(row->classes, row->e, factor / s->unit, row->dz, row->streamed);
        row->dz[target] = gradient_of_target(s, target, (pmy_accum)row->e[target] / s->unit, factor);
    }
    return loss;
}

/* The rows from r on, with few classes, at once; `first` is the view of row r. False if that cannot be done,
 * and nothing was. */
static bool hard_rows(const pmy_node *node, size_t r, size_t rows, const row_view *first)
{
    size_t classes = first->classes;
    if (!is_hard(node) || classes > PMY_BUNDLE_CLASSES)
        return false;
    const int32_t *labels = node->input[TARGET]->integers + r; /* [rows] */
    bool counts[PMY_BUNDLE_ROWS];                              /* [rows] */
    for (size_t l = 0; l < rows; l++) {
        counts[l] = !pmy_xent_ignores(node, r + l);
        if (counts[l] && (labels[l] < 0 || (size_t)labels[l] >= classes ||
                          first->z[l * classes + (size_t)labels[l]] < -PMY_REAL_MAX))
            return false;
    }
    pmy_softmax_bundle bundle;
    if (!pmy_softmax_bundle_rows(rows, classes, first->z, first->temperature, &bundle))
        return false;
    pmy_accum *losses = ((pmy_xent_saved *)node->saved)->losses + r; /* [rows] */
    pmy_accum factor[PMY_BUNDLE_ROWS] = {0};
    for (size_t l = 0; l < rows; l++) {
        losses[l] = 0;
        if (counts[l])
            losses[l] = hard_loss(first, &bundle.row[l], first->z[l * classes + (size_t)labels[l]],
                                  pmy_xent_weight_of_label(node, r + l), &factor[l]);
    }
    if (!first->dz)
        return true;
    pmy_softmax_bundle_gradient(&bundle, factor, first->dz);
    for (size_t l = 0; l < rows; l++) {
        size_t target = (size_t)labels[l];
        if (counts[l])
            first->dz[l * classes + target] =
                gradient_of_target(&bundle.row[l], target, bundle.e[target * PMY_BUNDLE_ROWS + l], factor[l]);
    }
    return true;
}

/* --- Any targets ------------------------------------------------------------ */

/* The row's targets, `scale` times as large. */
static pmy_targets targets_of_row(const pmy_node *node, size_t r, size_t classes, pmy_accum scale)
{
    pmy_accum smoothing = (pmy_accum)pmy_xent_options(node)->label_smoothing;
    pmy_targets targets = {.everywhere = scale * (smoothing / (pmy_accum)classes),
                           .own = scale * (1 - smoothing),
                           .weights = pmy_xent_options(node)->class_weights};
    if (pmy_xent_has_labels(node))
        targets.label = (size_t)node->input[TARGET]->integers[r];
    else
        targets.given = node->input[TARGET]->value + r * classes;
    return targets;
}

/* Whether a row's targets can be computed with; if not, it is reported. */
static bool label_is_fine(const pmy_node *node, size_t r, const row_view *row)
{
    if (!pmy_xent_has_labels(node))
        return true;
    int32_t label = node->input[TARGET]->integers[r];
    if (label < 0 || (size_t)label >= row->classes)
        pmy_report_vector(node, r, "the label %d is not one of %zu classes", (int)label, row->classes);
    else if (row->z[label] < -PMY_REAL_MAX)
        pmy_report_vector(node, r, "the logit of its label %d is -inf", (int)label);
    else
        return true;
    return false;
}

static void report_target(const pmy_node *node, size_t r, const row_view *row)
{
    const pmy_real *given = pmy_xent_has_labels(node) ? NULL : node->input[TARGET]->value + r * row->classes;
    for (size_t i = 0; i < row->classes; i++) {
        bool fine = !given || (given[i] >= 0 && given[i] <= PMY_REAL_MAX);
        if (!fine)
            pmy_report_vector(node, r, "the target of class %zu is negative or not finite", i);
        else if (row->z[i] < -PMY_REAL_MAX && (!given || given[i] > 0))
            pmy_report_vector(node, r, "class %zu has a target above 0 but a logit of -inf", i);
        else
            continue;
        return;
    }
}

static bool row_loss(const pmy_node *node, size_t r, const row_view *row, pmy_accum *loss)
{
    if (!label_is_fine(node, r, row))
        return false;
    pmy_targets targets = targets_of_row(node, r, row->classes, 1);
    if (is_hard(node)) {
        *loss = hard_row(row, targets.label, pmy_xent_weight_of_label(node, r));
        return true;
    }
    pmy_target_sums sums = pmy_softmax_target_sums(row->classes, row->z, &row->softmax, &targets);
    if (sums.wrong) {
        report_target(node, r, row);
        return false;
    }
    if (row->dz)
        pmy_softmax_targets_gradient(row->classes, row->e, &row->softmax, &targets, sums.total, row->weight,
                                     row->dz);
    *loss = pmy_softmax_targets_loss(&row->softmax, &sums, row->temperature);
    return true;
}

/* False: the row has no loss, and no gradient. */
static bool forward_row(const pmy_node *node, size_t r, row_view *row, pmy_accum *loss)
{
    if (pmy_xent_ignores(node, r))
        return false;
    pmy_row_fault fault = pmy_softmax_in_lanes(row->classes, row->z, row->temperature, row->e, &row->softmax);
    if (fault != PMY_ROW_FINE) {
        pmy_report_vector(node, r, "%s", pmy_row_fault_text(fault));
        return false;
    }
    return row_loss(node, r, row, loss);
}

void pmy_xent_forward_rows(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    pmy_xent_saved *saved = node->saved;
    bool train = pmy_graph_mode(node->graph) != PMY_EVAL && z->gradient;
    pmy_real *gradient = train ? pmy_xent_ready_gradient(node) : NULL; /* [rows, classes] */
    row_view row = view_of_rows(node);
    row.e = piece.scratch;
    size_t end = piece.end * pmy_row_vectors(z);
    for (size_t r = piece.begin * pmy_row_vectors(z); r < end; r++) {
        row.z = z->value + r * row.classes;
        row.dz = train ? gradient + r * row.classes : NULL;
        size_t bundle = pmy_at_most(end - r, PMY_BUNDLE_ROWS);
        if (hard_rows(node, r, bundle, &row)) {
            r += bundle - 1;
            continue;
        }
        if (forward_row(node, r, &row, &saved->losses[r]))
            continue;
        saved->losses[r] = 0;
        for (size_t i = 0; train && i < row.classes; i++)
            row.dz[i] = 0;
    }
}

pmy_accum pmy_xent_value_near_limit(const pmy_node *node)
{
    const pmy_node *z = node->input[LOGITS];
    const pmy_accum scale = (pmy_accum)0x1p-66;
    bool mean = pmy_xent_options(node)->reduction == PMY_MEAN,
         exact = is_hard(node) && !pmy_xent_options(node)->class_weights;
    row_view row = view_of_rows(node);
    pmy_exact_sum excess = {0};
    pmy_accum sum = 0;
    for (size_t r = 0; r < pmy_vectors(z); r++) {
        row.z = z->value + r * row.classes;
        if (pmy_xent_ignores(node, r) || !label_is_fine(node, r, &row) ||
            pmy_softmax_exponentials(row.classes, row.z, row.temperature, NULL, &row.softmax) != PMY_ROW_FINE)
            continue;
        pmy_targets targets = targets_of_row(node, r, row.classes, scale);
        pmy_target_sums sums = pmy_softmax_target_sums(row.classes, row.z, &row.softmax, &targets);
        sum += pmy_softmax_targets_loss(&row.softmax, &sums, row.temperature);
        if (exact)
            pmy_add_loss(&excess, &row.softmax, row.z[targets.label], row.temperature);
        if (exact && mean)
            pmy_take_limit(&excess, row.temperature);
    }
    if (exact && !mean)
        pmy_take_limit(&excess, row.temperature);
    pmy_accum value = sum * pmy_xent_weight_of_row(node) / scale;
    return exact ? pmy_keep_to_limit(value, &excess) : value;
}
