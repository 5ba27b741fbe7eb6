/* softmax_xent: with rows of logits z [classes], which are all vectors of the last axis, temperature T and
 * targets y,
 *
 *   p = softmax(z/T),   loss of a row = −Σ_i y_i log p_i
 *
 * and, since ∂loss/∂z_i = Σ_k (−y_k/p_k) · p_k (δ_ki − p_i)/T,
 *
 *   dz_i = (p_i Σy − y_i)/T = (p − y)/T
 *
 * per row, times 1/count for the mean. Everything is computed from a row's exponentials (see
 * softmax_row.h) such that a confident row keeps its digits: its loss is log1p of the others'
 * exponentials, and its label's gradient is minus the others' p, never p_t − 1. */
#include "losses/losses.h"

#include "tensor/op.h"
#include "tensor/ops/ops.h"
#include "kernels/softmax_bundle.h"
#include "kernels/softmax_lanes.h"
#include "kernels/softmax_of_row.h"
#include "kernels/softmax_targets.h"

#include <assert.h>
#include <string.h>

enum { LOGITS, TARGET };

/* A gradient of more numbers than this is streamed to memory: no cache would
 * still hold its beginning when backward reads it. */
enum { STREAMED_FROM = 1 << 22 };

typedef struct xent_saved {
    pmy_accum *losses; /* [rows] */
    pmy_real *own;     /* [rows, classes], where the gradient is not written in place */
    pmy_accum divisor; /* of a mean: the rows that are not ignored, or the sum of their labels' weights */
} xent_saved;

static const pmy_softmax_xent_options *options_of(const pmy_node *node)
{
    return node->attributes;
}

static bool has_labels(const pmy_node *node)
{
    return node->input[TARGET]->type == PMY_INTEGERS;
}

/* Whether a row's target is its label alone. */
static bool is_hard(const pmy_node *node)
{
    return has_labels(node) && options_of(node)->label_smoothing == 0;
}

static bool is_ignored(const pmy_node *node, size_t row)
{
    return options_of(node)->ignores && has_labels(node) &&
           node->input[TARGET]->integers[row] == options_of(node)->ignored;
}

/* The root of a graph has the gradient 1, so that its logits' gradient is
 * ready when forward is: it is written in place. */
static pmy_real *ready_gradient(const pmy_node *node) /* [rows, classes] */
{
    const xent_saved *saved = node->saved;
    return pmy_sole_root(node) ? node->input[LOGITS]->gradient : saved->own;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_softmax_xent_options *options = node->attributes;
    const pmy_node *z = node->input[LOGITS], *target = node->input[TARGET];
    if (pmy_temperature_check(options->temperature, error) != PMY_OK)
        return PMY_BAD_ARGUMENT;
    if (!(options->label_smoothing >= 0 && options->label_smoothing <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the label smoothing %g is not between 0 and 1",
                        options->label_smoothing);
    for (size_t i = 0; options->class_weights && i < pmy_shape_last(z->shape); i++)
        if (!(options->class_weights[i] >= 0 && options->class_weights[i] <= PMY_REAL_MAX))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "the weight of class %zu is negative or not finite", i);
    pmy_shape labels = z->shape;
    if (pmy_shape_rank(z->shape) < 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs logits [batch, ..., classes]");
    labels.dim[pmy_shape_rank(z->shape) - 1] = 0;
    if (!pmy_shape_equal(target->shape, has_labels(node) ? labels : z->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs labels [batch, ...] or targets [batch, ..., classes]");
    if (z->batched != target->batched)
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "logits and targets must both be parts of the batch, or neither");
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    node->rows_of = z;
    return PMY_OK;
}

static bool take(pmy_node *node)
{
    const pmy_node *z = node->input[LOGITS];
    xent_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    node->scratch = pmy_softmax_room(pmy_shape_last(z->shape)) * sizeof(pmy_real);
    if (!saved || !(saved->losses = pmy_take(node, pmy_vectors(z), sizeof(pmy_accum))))
        return false;
    if (pmy_sole_root(node) || !z->wants_gradient)
        return true;
    saved->own = pmy_take(node, pmy_shape_size(z->shape), sizeof(pmy_real));
    return saved->own;
}

/* The class weight of a row's label; 1 for targets, and for a label that is no class, which forward reports.
 */
static pmy_accum weight_of_label(const pmy_node *node, size_t row)
{
    const pmy_real *weights = options_of(node)->class_weights;
    if (!weights || !has_labels(node))
        return 1;
    int32_t label = node->input[TARGET]->integers[row];
    bool fine = label >= 0 && (size_t)label < pmy_shape_last(node->input[LOGITS]->shape);
    return fine ? (pmy_accum)weights[label] : 1;
}

static void prepare(pmy_node *node)
{
    xent_saved *saved = node->saved;
    size_t rows = pmy_vectors(node->input[LOGITS]);
    bool all_alike = !options_of(node)->ignores && !options_of(node)->class_weights;
    saved->divisor = all_alike ? (pmy_accum)rows : 0;
    for (size_t r = 0; !all_alike && r < rows; r++)
        saved->divisor += is_ignored(node, r) ? 0 : weight_of_label(node, r);
}

/* What a row's loss counts for in the value. */
static pmy_accum weight_of_row(const pmy_node *node)
{
    const xent_saved *saved = node->saved;
    if (options_of(node)->reduction == PMY_SUM)
        return 1;
    return saved->divisor > 0 ? 1 / saved->divisor : 0; /* where no row counts, the loss is 0 */
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
                    .temperature = (pmy_accum)options_of(node)->temperature,
                    .streamed = pmy_shape_size(z->shape) > STREAMED_FROM};
    row.weight = weight_of_row(node) / row.temperature;
    return row;
}

/* The e of all but the target, whose own is given. */
static pmy_accum others_of(const pmy_softmax_row *s, size_t target, pmy_accum e_of_target)
{
    return target == s->argmax ? s->rest : 1 + s->rest - e_of_target;
}

/* A loss, which may be infinite, times a class weight, which may be 0. */
static pmy_accum weighted(pmy_accum weight, pmy_accum loss)
{
    return weight > 0 ? weight * loss : 0;
}

/* A label alone: y is its class weight at the target, and 0 elsewhere. */
static pmy_accum hard_row(const row_view *row, size_t target, pmy_accum class_weight)
{
    const pmy_softmax_row *s = &row->softmax;
    pmy_accum factor = class_weight * row->weight / (1 + s->rest);
    if (row->dz) {
        pmy_softmax_gradient(row->classes, row->e, factor / s->unit, row->dz, row->streamed);
        row->dz[target] = (pmy_real)(0 - others_of(s, target, (pmy_accum)row->e[target] / s->unit) * factor);
    }
    return weighted(class_weight, pmy_negative_log_probability(s, row->z[target], row->temperature));
}

/* The row's targets, `scale` times as large. */
static pmy_targets targets_of_row(const pmy_node *node, size_t r, size_t classes, pmy_accum scale)
{
    pmy_accum smoothing = (pmy_accum)options_of(node)->label_smoothing;
    pmy_targets targets = {.everywhere = scale * (smoothing / (pmy_accum)classes),
                           .own = scale * (1 - smoothing),
                           .weights = options_of(node)->class_weights};
    if (has_labels(node))
        targets.label = (size_t)node->input[TARGET]->integers[r];
    else
        targets.given = node->input[TARGET]->value + r * classes;
    return targets;
}

/* Whether a row's targets can be computed with; if not, it is reported. */
static bool label_is_fine(const pmy_node *node, size_t r, const row_view *row)
{
    if (!has_labels(node))
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
    const pmy_real *given = has_labels(node) ? NULL : node->input[TARGET]->value + r * row->classes;
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
        *loss = hard_row(row, targets.label, weight_of_label(node, r));
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
    if (is_ignored(node, r))
        return false;
    pmy_row_fault fault = pmy_softmax_in_lanes(row->classes, row->z, row->temperature, row->e, &row->softmax);
    if (fault != PMY_ROW_FINE) {
        pmy_report_vector(node, r, "%s", pmy_row_fault_text(fault));
        return false;
    }
    return row_loss(node, r, row, loss);
}

/* The rows from r on, with labels alone and few classes, at once; `first` is the view of row r. False
 * if that cannot be done, and nothing was. */
static bool forward_bundle(const pmy_node *node, size_t r, size_t rows, const row_view *first)
{
    size_t classes = first->classes;
    if (!is_hard(node) || classes > PMY_BUNDLE_CLASSES)
        return false;
    const int32_t *labels = node->input[TARGET]->integers + r; /* [rows] */
    bool counts[PMY_BUNDLE_ROWS];                              /* [rows] */
    for (size_t l = 0; l < rows; l++) {
        counts[l] = !is_ignored(node, r + l);
        if (counts[l] && (labels[l] < 0 || (size_t)labels[l] >= classes ||
                          first->z[l * classes + (size_t)labels[l]] < -PMY_REAL_MAX))
            return false;
    }
    pmy_softmax_bundle bundle;
    if (!pmy_softmax_bundle_rows(rows, classes, first->z, first->temperature, &bundle))
        return false;
    pmy_accum *losses = ((xent_saved *)node->saved)->losses + r; /* [rows] */
    pmy_accum factor[PMY_BUNDLE_ROWS] = {0};
    for (size_t l = 0; l < rows; l++) {
        losses[l] = 0;
        if (!counts[l])
            continue;
        const pmy_softmax_row *s = &bundle.row[l];
        pmy_accum weight = weight_of_label(node, r + l);
        pmy_real logit = first->z[l * classes + (size_t)labels[l]];
        losses[l] = weighted(weight, pmy_negative_log_probability(s, logit, first->temperature));
        factor[l] = weight * first->weight / (1 + s->rest);
    }
    if (!first->dz)
        return true;
    pmy_softmax_bundle_gradient(&bundle, factor, first->dz);
    for (size_t l = 0; l < rows; l++) {
        if (!counts[l])
            continue;
        size_t target = (size_t)labels[l];
        pmy_accum others = others_of(&bundle.row[l], target, bundle.e[target * PMY_BUNDLE_ROWS + l]);
        first->dz[l * classes + target] = (pmy_real)(0 - others * factor[l]);
    }
    return true;
}

static void forward_rows(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    xent_saved *saved = node->saved;
    bool train = pmy_graph_mode(node->graph) != PMY_EVAL && z->gradient;
    pmy_real *gradient = train ? ready_gradient(node) : NULL; /* [rows, classes] */
    row_view row = view_of_rows(node);
    row.e = piece.scratch;
    size_t end = piece.end * pmy_row_vectors(z);
    for (size_t r = piece.begin * pmy_row_vectors(z); r < end; r++) {
        row.z = z->value + r * row.classes;
        row.dz = train ? gradient + r * row.classes : NULL;
        size_t bundle = end - r < PMY_BUNDLE_ROWS ? end - r : PMY_BUNDLE_ROWS;
        if (forward_bundle(node, r, bundle, &row)) {
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

/* The value where it may exceed the largest number: summed anew, scaled, lest it overflow on the way. With
 * labels alone, unweighted, an exact sum says whether the value is infinite. */
static pmy_accum value_near_limit(const pmy_node *node)
{
    const pmy_node *z = node->input[LOGITS];
    const pmy_accum scale = (pmy_accum)0x1p-66;
    bool mean = options_of(node)->reduction == PMY_MEAN,
         exact = is_hard(node) && !options_of(node)->class_weights;
    row_view row = view_of_rows(node);
    pmy_exact_sum excess = {0};
    pmy_accum sum = 0;
    for (size_t r = 0; r < pmy_vectors(z); r++) {
        row.z = z->value + r * row.classes;
        if (is_ignored(node, r) || !label_is_fine(node, r, &row) ||
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
    pmy_accum value = sum * weight_of_row(node) / scale;
    return exact ? pmy_keep_to_limit(value, &excess) : value;
}

static void forward_reduce(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const xent_saved *saved = node->saved;
    size_t rows = pmy_vectors(node->input[LOGITS]);
    pmy_accum value = 0;
    for (size_t r = 0; r < rows; r++)
        value += saved->losses[r];
    value *= weight_of_row(node);
    node->value[0] = pmy_narrow(pmy_near_limit(value) ? value_near_limit(node) : value);
}

static size_t backward_rows_wanted(const pmy_node *node)
{
    return pmy_sole_root(node) ? 0 : PMY_BY_ROWS;
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    const pmy_real *ready = ready_gradient(node); /* [rows, classes] */
    size_t row_size = pmy_row_size(z);
    for (size_t i = piece.begin * row_size; i < piece.end * row_size; i++)
        pmy_put(&z->gradient[i], ready[i] * node->gradient[0], pmy_accumulates(node, LOGITS));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, classes;
        size_t time; /* 0: no such axis */
        pmy_softmax_xent_options options;
        bool soft;         /* targets instead of labels */
        bool weighted;     /* class weights */
        bool scaled;       /* the loss is multiplied after */
        bool logits_twice; /* the logits have another user */
    } instances[] = {
        {.batch = 8, .classes = 10},
        {.note = "sum", .batch = 5, .classes = 7, .options = {.reduction = PMY_SUM}},
        {.note = "temperature 2.5", .batch = 5, .classes = 7, .options = {.temperature = 2.5}},
        {.note = "smoothing 0.1", .batch = 5, .classes = 7, .options = {.label_smoothing = 0.1}},
        {.note = "ignored rows", .batch = 9, .classes = 3, .options = {.ignores = true, .ignored = 1}},
        {.note = "two classes", .batch = 5, .classes = 2, .options = {.temperature = 0.5}},
        {.note = "targets", .batch = 5, .classes = 7, .options = {.temperature = 1.5}, .soft = true},
        {.note = "targets, weighted",
         .batch = 5,
         .classes = 7,
         .options = {.reduction = PMY_SUM},
         .soft = true,
         .scaled = true},
        {.note = "logits used twice", .batch = 5, .classes = 7, .logits_twice = true},
        {.note = "many rows",
         .batch = 140,
         .classes = 3,
         .options = {.temperature = 1.5, .ignores = true, .ignored = 2}},
        {.note = "many classes", .batch = 3, .classes = 50, .options = {.temperature = 1.5}},
        {.note = "smoothing, ignored rows",
         .batch = 9,
         .classes = 3,
         .options = {.label_smoothing = 0.2, .ignores = true, .ignored = 1}},
        {.note = "class weights",
         .batch = 9,
         .classes = 3,
         .options = {.ignores = true, .ignored = 2},
         .weighted = true},
        {.note = "class weights, many classes",
         .batch = 5,
         .classes = 40,
         .options = {.temperature = 1.5},
         .weighted = true},
        {.note = "class weights, smoothing",
         .batch = 9,
         .classes = 3,
         .options = {.label_smoothing = 0.2},
         .weighted = true},
        {.note = "class weights, targets, smoothing",
         .batch = 5,
         .classes = 7,
         .options = {.label_smoothing = 0.2},
         .soft = true,
         .weighted = true},
        {.note = "sequences, ignored rows",
         .batch = 3,
         .time = 4,
         .classes = 5,
         .options = {.ignores = true, .ignored = 2}},
        {.note = "sequences, targets", .batch = 3, .time = 2, .classes = 5, .soft = true},
        {.note = "sequences, many classes", .batch = 2, .time = 3, .classes = 40, .logits_twice = true},
    };
    if (index >= sizeof instances / sizeof *instances)
        return NULL;
    size_t batch = instances[index].batch, classes = instances[index].classes;
    s->note = instances[index].note;
    size_t time = instances[index].time;
    pmy_shape logits = time ? PMY_SHAPE(batch, time, classes) : PMY_SHAPE(batch, classes);
    pmy_node *z = pmy_sample_input(s, logits, -2, 2);
    pmy_node *target = instances[index].soft ? pmy_sample_fixed(s, logits, 0, 1)
                                             : pmy_sample_integers(s, PMY_SHAPE(batch, time), classes);
    pmy_softmax_xent_options options = instances[index].options;
    pmy_real weights[50];
    for (size_t i = 0; i < classes; i++)
        weights[i] = (pmy_real)((i + 1) % 4) / 2;
    options.class_weights = instances[index].weighted ? weights : NULL;
    pmy_node *loss = pmy_softmax_xent(s->graph, z, target, &options);
    if (instances[index].scaled)
        return pmy_scale(s->graph, loss, -1.5);
    return instances[index].logits_twice ? pmy_add(s->graph, loss, pmy_mean(s->graph, z)) : loss;
}

const pmy_op pmy_op_softmax_xent = {
    .name = "softmax_xent",
    .checks.formula = "loss = -sum_i y_i log softmax(z / T)_i; dz = (p - y) / T",
    .infer = infer,
    .take = take,
    .prepare = prepare,
    .integers = 1 << TARGET,
    .forward = {{.run = forward_rows}, {.run = forward_reduce, .tiles = pmy_one_tile}},
    .backward = {{.run = backward, .tiles = backward_rows_wanted, .gives = 1 << LOGITS}},
    .checks.sample = sample,
};

pmy_node *pmy_softmax_xent(pmy_graph *graph, pmy_node *z, pmy_node *target,
                           const pmy_softmax_xent_options *options)
{
    pmy_softmax_xent_options filled = options ? *options : (pmy_softmax_xent_options){0};
    if (filled.temperature == 0)
        filled.temperature = 1;
    pmy_node *node =
        pmy_append(graph, &pmy_op_softmax_xent, 2, (pmy_node *[]){z, target}, &filled, sizeof filled);
    if (!filled.class_weights || !pmy_recorded(node))
        return node;
    size_t classes = pmy_shape_last(z->shape);
    pmy_real *copy = pmy_take(node, classes, sizeof *copy);
    if (!copy)
        return pmy_refuse(graph, PMY_NO_MEMORY, "%s: no memory for the class weights", node->name);
    memcpy(copy, filled.class_weights, classes * sizeof *copy);
    ((pmy_softmax_xent_options *)node->attributes)->class_weights = copy;
    return node;
}

static const xent_saved *saved_of(const pmy_node *node)
{
    assert(node->op == &pmy_op_softmax_xent && node->saved);
    return node->saved;
}

void pmy_softmax_xent_losses(const pmy_node *node, pmy_real *losses)
{
    const xent_saved *saved = saved_of(node);
    size_t rows = pmy_vectors(node->input[LOGITS]);
    for (size_t r = 0; r < rows; r++)
        losses[r] = pmy_narrow(saved->losses[r]);
}

double pmy_softmax_xent_counted(const pmy_node *node)
{
    return (double)saved_of(node)->divisor;
}
