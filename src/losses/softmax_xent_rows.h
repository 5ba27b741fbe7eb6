/* The rows of a softmax_xent (softmax_xent.c has the formulas): the loss of each, and its gradient. */
#ifndef PMY_LOSSES_SOFTMAX_XENT_ROWS_H
#define PMY_LOSSES_SOFTMAX_XENT_ROWS_H

#include "losses/losses.h"
#include "tensor/op.h"

enum { LOGITS, TARGET };

typedef struct pmy_xent_saved {
    pmy_accum *losses; /* [rows] */
    pmy_real *own;     /* [rows, classes], where the gradient is not written in place */
    pmy_accum divisor; /* of a mean: the rows that are not ignored, or the sum of their labels' weights */
} pmy_xent_saved;

static inline const pmy_softmax_xent_options *pmy_xent_options(const pmy_node *node)
{
    return node->attributes;
}

static inline bool pmy_xent_has_labels(const pmy_node *node)
{
    return node->input[TARGET]->type == PMY_INTEGERS;
}

static inline bool pmy_xent_ignores(const pmy_node *node, size_t row)
{
    return pmy_xent_options(node)->ignores && pmy_xent_has_labels(node) &&
           node->input[TARGET]->integers[row] == pmy_xent_options(node)->ignored;
}

/* The class weight of a row's label; 1 for targets, and for a label that is no class, which forward reports.
 */
pmy_accum pmy_xent_weight_of_label(const pmy_node *node, size_t row);

/* What a row's loss counts for in the value. */
pmy_accum pmy_xent_weight_of_row(const pmy_node *node);

/* The root of a graph has the gradient 1, so that its logits' gradient is
 * ready when forward is: it is written in place. */
static inline pmy_real *pmy_xent_ready_gradient(const pmy_node *node) /* [rows, classes] */
{
    return pmy_sole_root(node) ? node->input[LOGITS]->gradient : ((pmy_xent_saved *)node->saved)->own;
}

/* By rows: their losses and, but in PMY_EVAL, ready gradients. */
void pmy_xent_forward_rows(const pmy_node *node, pmy_piece piece);

/* The value where it may exceed the largest number: summed anew, scaled, lest it overflow on the way. With
 * labels alone, unweighted, an exact sum says whether the value is infinite. */
pmy_accum pmy_xent_value_near_limit(const pmy_node *node);

#endif
