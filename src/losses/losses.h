/* Losses: the scalars that training makes small. */
#ifndef PMY_LOSSES_LOSSES_H
#define PMY_LOSSES_LOSSES_H

#include "tensor/graph.h"

/* How the rows' losses become one: their mean over the rows that count, or their sum. */
typedef enum pmy_reduction { PMY_MEAN, PMY_SUM } pmy_reduction;

/* {0} is the plain cross-entropy. */
typedef struct pmy_softmax_xent_options {
    double temperature; /* T divides the logits: a normal number above 0 (pmy_temperature_check); 0 stands for
                           1 */
    double label_smoothing; /* ε in [0, 1]: every class gets the target ε/classes, and on top 1 − ε at the
                               label, or (1 − ε) y */
    bool ignores;           /* rows whose label is `ignored` do not count: no loss, no gradient */
    int32_t ignored;
    pmy_reduction reduction;
    /* w [classes], finite and ≥ 0, copied; NULL: all 1. The term −y_i log p_i of a loss counts w_i times.
     * With labels the mean divides by the sum of the weights of the rows' labels, with target probabilities
     * by the number of rows: as PyTorch's. */
    const pmy_real *class_weights;
} pmy_softmax_xent_options;

/* The cross-entropy of softmax(z/T), fused: its backward is (p − y)/T.
 *
 * z [batch, …, classes] are logits, each vector of them a row; target is either labels, integers [batch, …],
 * or a node of target probabilities y [batch, …, classes], which get no gradient. Options may be NULL. The
 * value is a scalar; where no row counts it is 0.
 *
 * In the float build, with labels and no smoothing, a row's loss and each component of its gradient
 * are within 4 units in their last place, however small; with target probabilities or smoothing the
 * gradient is, in units of max(p, y)/T. In the double build the same is within 1000 units (2e-13), as far as
 * it is made of probabilities that are normal numbers. See docs/NUMERICS.md. In every build the loss of a
 * row, and the value, is infinite where it exceeds PMY_REAL_MAX, and only there: exactly with labels and
 * neither smoothing nor class weights, to rounding otherwise.
 *
 * A logit of −inf masks its class. PMY_BAD_DATA from pmy_forward, naming the
 * row, and the position in it: a label that is no class or is masked, a target that is negative or not
 * finite, a logit that is NaN or +inf, a row that is masked altogether. */
pmy_node *pmy_softmax_xent(pmy_graph *graph, pmy_node *z, pmy_node *target,
                           const pmy_softmax_xent_options *options);

/* The two that follow are for after a forward; that the node is a softmax_xent of a built graph is asserted.
 *
 * What PMY_MEAN divides by (see pmy_backward_add): how many rows were not ignored, or with class weights the
 * sum of their labels' weights. */
double pmy_softmax_xent_counted(const pmy_node *node);

/* Each row's own loss, class weight and all; 0 for an ignored row. */
void pmy_softmax_xent_losses(const pmy_node *node, pmy_real *losses /* [batch, …] */);

/* The mean over all elements of (x − target)², of two nodes of the same shape. */
pmy_node *pmy_mse(pmy_graph *graph, pmy_node *x, pmy_node *target);

/* The mean over all elements of d²/2 where |d| ≤ delta, d = x − target, and of delta (|d| − delta/2)
 * elsewhere; delta > 0 is finite. */
pmy_node *pmy_huber(pmy_graph *graph, pmy_node *x, pmy_node *target, double delta);

/* The mean or the sum over all elements of −t log σ(z) − (1 − t) log σ(−z): the cross-entropy of classes that
 * do not exclude each other, with z their logits and targets t in [0, 1], which get no gradient; two nodes of
 * the same shape. No finite logit is too large. PMY_BAD_DATA: a target outside [0, 1]. */
pmy_node *pmy_bce_with_logits(pmy_graph *graph, pmy_node *z, pmy_node *target, pmy_reduction reduction);

#endif
