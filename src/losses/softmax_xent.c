/* softmax_xent: with logits z [batch, classes], temperature T and shares y,
 *
 *   p = softmax(z/T),   loss of a row = −Σ_i y_i log p_i
 *
 * and, since ∂loss/∂z_i = Σ_k (−y_k/p_k) · p_k (δ_ki − p_i)/T,
 *
 *   dz_i = (p_i Σy − y_i)/T = (p − y)/T
 *
 * per row, times 1/count for the mean. Everything is computed from a row's exponentials (see
 * softmax_row.h) such that a confident row keeps its digits: its loss is log1p of the others'
 * share, and its target's gradient is minus the others' share, never p_t − 1. */
#include "losses/losses.h"

#include "tensor/op.h"
#include "tensor/ops/ops.h"
#include "tensor/softmax_row.h"

enum { LOGITS, TARGET };

typedef struct xent_saved {
    pmy_wide *losses; /* [batch] */
    pmy_real *own;    /* [batch, classes] */
    size_t counted;   /* rows that are not ignored */
} xent_saved;

static const pmy_softmax_xent_options *options_of(const pmy_node *node)
{
    return node->attributes;
}

static bool has_labels(const pmy_node *node)
{
    return pmy_is_labels(node->input[TARGET]);
}

static bool is_ignored(const pmy_node *node, size_t row)
{
    return has_labels(node) && options_of(node)->ignores &&
           node->input[TARGET]->labels[row] == options_of(node)->ignored;
}

/* The root of a graph has the gradient 1, so that its logits' gradient is
 * ready when forward is: it is written in place. */
static pmy_real *ready_gradient(const pmy_node *node) /* [batch, classes] */
{
    const xent_saved *saved = node->saved;
    return pmy_sole_root(node) ? node->input[LOGITS]->gradient : saved->own;
}

static pmy_status infer(pmy_node *node, pmy_error *error)
{
    const pmy_softmax_xent_options *options = node->attributes;
    const pmy_node *z = node->input[LOGITS], *target = node->input[TARGET];
    if (!(options->temperature > 0) || options->temperature - options->temperature != 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the temperature %g is not above 0 and finite",
                        options->temperature);
    if (!(options->label_smoothing >= 0 && options->label_smoothing <= 1))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the label smoothing %g is not between 0 and 1",
                        options->label_smoothing);
    if (pmy_shape_rank(z->shape) != 2)
        return pmy_fail(error, PMY_BAD_SHAPE, "needs logits [batch, classes]");
    if (has_labels(node) ? target->shape.dim[0] != z->shape.dim[0]
                         : !pmy_shape_equal(target->shape, z->shape))
        return pmy_fail(error, PMY_BAD_SHAPE, "needs labels [batch] or shares [batch, classes]");
    if (z->batched != target->batched)
        return pmy_fail(error, PMY_BAD_SHAPE,
                        "logits and targets must both be parts of the batch, or neither");
    node->shape = PMY_SCALAR_SHAPE;
    node->batched = false;
    node->rows_of = z;
    node->scratch = z->shape.dim[1] * sizeof(pmy_wide);
    xent_saved *saved = pmy_take(node, 1, sizeof *saved);
    if (!saved || !(saved->losses = pmy_take(node, z->shape.dim[0], sizeof(pmy_wide))) ||
        !(saved->own = pmy_take(node, pmy_shape_size(z->shape), sizeof(pmy_real))))
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for what backward needs");
    node->saved = saved;
    return PMY_OK;
}

static void prepare(pmy_node *node)
{
    xent_saved *saved = node->saved;
    saved->counted = 0;
    for (size_t r = 0; r < pmy_rows(node->input[LOGITS]); r++)
        saved->counted += !is_ignored(node, r);
}

/* What a row's loss counts for in the value. */
static pmy_wide weight_of_row(const pmy_node *node)
{
    const xent_saved *saved = node->saved;
    return options_of(node)->reduction == PMY_MEAN ? 1 / (pmy_wide)saved->counted : 1;
}

/* One row as the functions below see it. */
typedef struct row_view {
    size_t classes;
    const pmy_real *z; /* [classes] */
    const pmy_wide *e; /* [classes] */
    pmy_wide temperature;
    pmy_wide weight; /* of the row's gradient: weight_of_row/T */
    pmy_real *dz;    /* [classes]; NULL: not wanted */
    pmy_softmax_row softmax;
} row_view;

/* A label alone: y is 1 at the target. */
static pmy_wide hard_row(const row_view *row, size_t target)
{
    const pmy_softmax_row *s = &row->softmax;
    pmy_wide others = target == s->argmax ? s->rest : 1 + s->rest - row->e[target];
    pmy_wide factor = row->weight / (1 + s->rest);
    for (size_t i = 0; row->dz && i < row->classes; i++)
        row->dz[i] = (pmy_real)(row->e[i] * factor);
    if (row->dz)
        row->dz[target] = (pmy_real)(0 - others * factor);
    return pmy_negative_log_share(s, row->z[target], row->temperature);
}

/* Shares: each class's own from `shares`, or if that is NULL `everywhere`, and `at_target` on top. */
typedef struct share_rule {
    const pmy_real *shares; /* [classes] or NULL */
    pmy_wide everywhere, at_target;
    size_t target;
} share_rule;

static pmy_wide share_of(const share_rule *rule, size_t class)
{
    if (rule->shares)
        return (pmy_wide)rule->shares[class];
    return class == rule->target ? rule->everywhere + rule->at_target : rule->everywhere;
}

static pmy_wide soft_row(const row_view *row, const share_rule *rule)
{
    pmy_wide total = 0, loss = 0;
    for (size_t i = 0; i < row->classes; i++) {
        pmy_wide y = share_of(rule, i);
        total += y;
        if (y != 0)
            loss += y * pmy_negative_log_share(&row->softmax, row->z[i], row->temperature);
    }
    for (size_t i = 0; row->dz && i < row->classes; i++)
        row->dz[i] =
            (pmy_real)((row->e[i] / (1 + row->softmax.rest) * total - share_of(rule, i)) * row->weight);
    return loss;
}

/* Whether the row's target can be computed with; if not, it is reported. */
static bool target_is_fine(const pmy_node *node, size_t r, const row_view *row, share_rule *rule)
{
    const pmy_softmax_xent_options *options = node->attributes;
    *rule = (share_rule){0};
    if (has_labels(node)) {
        int32_t label = node->input[TARGET]->labels[r];
        if (label < 0 || (size_t)label >= row->classes) {
            pmy_report(node, r, "the label %d is not one of %zu classes", (int)label, row->classes);
            return false;
        }
        rule->target = (size_t)label;
        rule->everywhere = (pmy_wide)options->label_smoothing / (pmy_wide)row->classes;
        rule->at_target = 1 - (pmy_wide)options->label_smoothing;
        if (row->z[label] < -PMY_REAL_MAX) {
            pmy_report(node, r, "the logit of its label %d is -inf", (int)label);
            return false;
        }
    } else {
        rule->shares = node->input[TARGET]->value + r * row->classes;
    }
    for (size_t i = 0; (rule->shares || rule->everywhere > 0) && i < row->classes; i++) {
        pmy_wide y = share_of(rule, i);
        if (!(y >= 0 && y <= (pmy_wide)PMY_REAL_MAX)) {
            pmy_report(node, r, "the share of class %zu is negative or not finite", i);
            return false;
        }
        if (y > 0 && row->z[i] < -PMY_REAL_MAX) {
            pmy_report(node, r, "class %zu has a share but a logit of -inf", i);
            return false;
        }
    }
    return true;
}

static void forward_row(const pmy_node *node, size_t r, row_view *row, pmy_wide *e)
{
    xent_saved *saved = node->saved;
    saved->losses[r] = 0;
    for (size_t i = 0; row->dz && i < row->classes; i++)
        row->dz[i] = 0;
    if (is_ignored(node, r))
        return;
    pmy_row_fault fault = pmy_softmax_exponentials(row->classes, row->z, row->temperature, e, &row->softmax);
    if (fault != PMY_ROW_FINE) {
        pmy_report(node, r, "%s", pmy_row_fault_text(fault));
        return;
    }
    share_rule rule;
    if (!target_is_fine(node, r, row, &rule))
        return;
    bool hard = !rule.shares && rule.everywhere == 0;
    saved->losses[r] = hard ? hard_row(row, rule.target) : soft_row(row, &rule);
}

static void forward_rows(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    size_t classes = z->shape.dim[1];
    bool train = pmy_graph_mode(node->graph) != PMY_EVAL && z->gradient;
    pmy_wide temperature = (pmy_wide)options_of(node)->temperature;
    for (size_t r = piece.begin; r < piece.end; r++) {
        row_view row = {.classes = classes,
                        .z = z->value + r * classes,
                        .e = piece.scratch,
                        .temperature = temperature,
                        .weight = weight_of_row(node) / temperature,
                        .dz = train ? ready_gradient(node) + r * classes : NULL};
        forward_row(node, r, &row, piece.scratch);
    }
}

static size_t whole(const pmy_node *node)
{
    (void)node;
    return 1;
}

static void forward_reduce(const pmy_node *node, pmy_piece piece)
{
    (void)piece;
    const xent_saved *saved = node->saved;
    pmy_wide sum = 0;
    for (size_t r = 0; r < pmy_rows(node->input[LOGITS]); r++)
        sum += saved->losses[r];
    node->value[0] = (pmy_real)(saved->counted ? sum * weight_of_row(node) : 0);
}

static size_t backward_rows_wanted(const pmy_node *node)
{
    return pmy_sole_root(node) ? 0 : PMY_BY_ROWS;
}

static void backward(const pmy_node *node, pmy_piece piece)
{
    const pmy_node *z = node->input[LOGITS];
    const pmy_real *ready = ready_gradient(node); /* [batch, classes] */
    size_t classes = z->shape.dim[1];
    for (size_t i = piece.begin * classes; i < piece.end * classes; i++)
        pmy_put(&z->gradient[i], ready[i] * node->gradient[0], pmy_accumulates(node, LOGITS));
}

static pmy_node *sample(pmy_sample *s, unsigned index)
{
    static const struct {
        const char *note;
        size_t batch, classes;
        pmy_softmax_xent_options options;
    } instance[] = {
        {NULL, 8, 10, {.temperature = 1}},
        {"sum", 5, 7, {.reduction = PMY_SUM}},
        {"temperature 2.5", 5, 7, {.temperature = 2.5}},
        {"smoothing 0.1", 5, 7, {.label_smoothing = 0.1}},
        {"ignored rows", 9, 3, {.ignores = true, .ignored = 1}},
        {"two classes", 5, 2, {.temperature = 0.5}},
        {"shares", 5, 7, {.temperature = 1.5}},
        {"shares, weighted", 5, 7, {.reduction = PMY_SUM}},
        {"logits used twice", 5, 7, {.temperature = 1}},
    };
    if (index >= sizeof instance / sizeof *instance)
        return NULL;
    s->note = instance[index].note;
    size_t batch = instance[index].batch, classes = instance[index].classes;
    bool shares = index == 6 || index == 7;
    pmy_node *z = pmy_sample_input(s, PMY_SHAPE(batch, classes), -2, 2);
    pmy_node *target =
        shares ? pmy_sample_fixed(s, PMY_SHAPE(batch, classes), 0, 1) : pmy_sample_labels(s, batch, classes);
    pmy_node *loss = pmy_softmax_xent(s->graph, z, target, &instance[index].options);
    if (index == 7)
        return pmy_scale(s->graph, loss, -1.5);
    return index == 8 ? pmy_add(s->graph, loss, pmy_mean(s->graph, z)) : loss;
}

const pmy_op pmy_op_softmax_xent = {
    .name = "softmax_xent",
    .formula = "loss = -sum_i y_i log softmax(z / T)_i; dz = (p - y) / T",
    .infer = infer,
    .prepare = prepare,
    .labels = 1 << TARGET,
    .forward = {{.run = forward_rows}, {.run = forward_reduce, .tiles = whole}},
    .backward = {{.run = backward, .tiles = backward_rows_wanted, .gives = 1 << LOGITS}},
    .sample = sample,
};

pmy_node *pmy_softmax_xent(pmy_graph *graph, pmy_node *z, pmy_node *target,
                           const pmy_softmax_xent_options *options)
{
    pmy_softmax_xent_options filled = options ? *options : (pmy_softmax_xent_options){0};
    if (filled.temperature == 0)
        filled.temperature = 1;
    return pmy_append(graph, &pmy_op_softmax_xent, 2, (pmy_node *[]){z, target}, &filled, sizeof filled);
}

void pmy_softmax_xent_losses(const pmy_node *node, pmy_real *losses)
{
    const xent_saved *saved = node->saved;
    for (size_t r = 0; r < pmy_rows(node->input[LOGITS]); r++)
        losses[r] = (pmy_real)saved->losses[r];
}
