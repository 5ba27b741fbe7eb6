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

#include "kernels/softmax_lanes.h"
#include "kernels/softmax_of_row.h"
#include "losses/softmax_xent_rows.h"
#include "tensor/ops/ops.h"

#include <assert.h>
#include <string.h>

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
    if (!pmy_shape_equal(target->shape, pmy_xent_has_labels(node) ? labels : z->shape))
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
    pmy_xent_saved *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    node->scratch = pmy_softmax_room(pmy_shape_last(z->shape)) * sizeof(pmy_real);
    if (!saved || !(saved->losses = pmy_take(node, pmy_vectors(z), sizeof(pmy_accum))))
        return false;
    if (pmy_sole_root(node) || !z->wants_gradient)
        return true;
    saved->own = pmy_take(node, pmy_shape_size(z->shape), sizeof(pmy_real));
    return saved->own;
}

static void prepare(pmy_node *node)
{
    pmy_xent_saved *saved = node->saved;
    size_t rows = pmy_vectors(node->input[LOGITS]);
    bool all_alike = !pmy_xent_options(node)->ignores && !pmy_xent_options(node)->class_weights;
    saved->divisor = all_alike ? (pmy_accum)rows : 0;
    for (size_t r = 0; !all_alike && r < rows; r++)
        saved->divisor += pmy_xent_ignores(node, r) ? 0 : pmy_xent_weight_of_label(node, r);
}

static void forward_reduce(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const pmy_xent_saved *saved = node->saved;
    size_t rows = pmy_vectors(node->input[LOGITS]);
    pmy_accum value = 0;
    for (size_t r = 0; r < rows; r++)
        value += saved->losses[r];
    value *= pmy_xent_weight_of_row(node);
    node->value[0] = pmy_narrow(pmy_near_limit(value) ? pmy_xent_value_near_limit(node) : value);
}

static size_t backward_rows_wanted(const pmy_node *node)
{
    return pmy_sole_root(node) ? 0 : PMY_BY_ROWS;
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    const pmy_real *ready = pmy_xent_ready_gradient(node); /* [rows, classes] */
    size_t row_size = pmy_row_size(z);
    for (size_t i = piece.begin * row_size; i < piece.end * row_size; i++)
        pmy_put(&z->gradient[i], ready[i] * node->gradient[0], pmy_accumulates(node, LOGITS));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    enum {
        SOFT = 1,     /* targets instead of labels */
        WEIGHTED = 2, /* class weights */
        SCALED = 4,   /* the loss is multiplied after */
        TWICE = 8     /* the logits have another user */
    };
    static const struct {
        const char *note;
        size_t batch, time, classes; /* time 0: no such axis */
        pmy_softmax_xent_options options;
        unsigned how;
    } instances[] = {
        {NULL, 8, 0, 10, {.reduction = PMY_MEAN}, 0},
        {"sum", 5, 0, 7, {.reduction = PMY_SUM}, 0},
        {"temperature 2.5", 5, 0, 7, {.temperature = 2.5}, 0},
        {"smoothing 0.1", 5, 0, 7, {.label_smoothing = 0.1}, 0},
        {"ignored rows", 9, 0, 3, {.ignores = true, .ignored = 1}, 0},
        {"two classes", 5, 0, 2, {.temperature = 0.5}, 0},
        {"targets", 5, 0, 7, {.temperature = 1.5}, SOFT},
        {"targets, weighted", 5, 0, 7, {.reduction = PMY_SUM}, SOFT | SCALED},
        {"logits used twice", 5, 0, 7, {.reduction = PMY_MEAN}, TWICE},
        {"many rows", 140, 0, 3, {.temperature = 1.5, .ignores = true, .ignored = 2}, 0},
        {"many classes", 3, 0, 50, {.temperature = 1.5}, 0},
        {"smoothing, ignored rows", 9, 0, 3, {.label_smoothing = 0.2, .ignores = true, .ignored = 1}, 0},
        {"class weights", 9, 0, 3, {.ignores = true, .ignored = 2}, WEIGHTED},
        {"class weights, many classes", 5, 0, 40, {.temperature = 1.5}, WEIGHTED},
        {"class weights, smoothing", 9, 0, 3, {.label_smoothing = 0.2}, WEIGHTED},
        {"class weights, targets, smoothing", 5, 0, 7, {.label_smoothing = 0.2}, SOFT | WEIGHTED},
        {"sequences, ignored rows", 3, 4, 5, {.ignores = true, .ignored = 2}, 0},
        {"sequences, targets", 3, 2, 5, {.reduction = PMY_MEAN}, SOFT},
        {"sequences, many classes", 2, 3, 40, {.reduction = PMY_MEAN}, TWICE},
    };
    if (index >= sizeof instances / sizeof *instances)
        return NULL;
    size_t batch = instances[index].batch, time = instances[index].time, classes = instances[index].classes;
    unsigned how = instances[index].how;
    s->note = instances[index].note;
    pmy_shape logits = time ? PMY_SHAPE(batch, time, classes) : PMY_SHAPE(batch, classes);
    pmy_node *z = pmy_sample_input(s, logits, -2, 2);
    pmy_node *target = how & SOFT ? pmy_sample_fixed(s, logits, 0, 1)
                                  : pmy_sample_integers(s, PMY_SHAPE(batch, time), classes);
    pmy_softmax_xent_options options = instances[index].options;
    pmy_real weights[50];
    for (size_t i = 0; i < classes; i++)
        weights[i] = (pmy_real)((i + 1) % 4) / 2;
    options.class_weights = how & WEIGHTED ? weights : NULL;
    pmy_node *loss = pmy_softmax_xent(s->graph, z, target, &options);
    if (how & SCALED)
        return pmy_scale(s->graph, loss, -1.5);
    return how & TWICE ? pmy_add(s->graph, loss, pmy_mean(s->graph, z)) : loss;
}

const pmy_op pmy_op_softmax_xent = {
    .name = "softmax_xent",
    .checks.formula = "loss = -sum_i y_i log softmax(z / T)_i; dz = (p - y) / T",
    .infer = infer,
    .take = take,
    .prepare = prepare,
    .integers = 1 << TARGET,
    .forward = {{.run = pmy_xent_forward_rows}, {.run = forward_reduce, .tiles = pmy_one_tile}},
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

static const pmy_xent_saved *saved_of(const pmy_node *node)
{
    assert(node->op == &pmy_op_softmax_xent && node->saved);
    return node->saved;
}

void pmy_softmax_xent_losses(const pmy_node *node, pmy_real *losses)
{
    const pmy_xent_saved *saved = saved_of(node);
    size_t rows = pmy_vectors(node->input[LOGITS]);
    for (size_t r = 0; r < rows; r++)
        losses[r] = pmy_narrow(saved->losses[r]);
}

double pmy_softmax_xent_counted(const pmy_node *node)
{
    return (double)saved_of(node)->divisor;
}
