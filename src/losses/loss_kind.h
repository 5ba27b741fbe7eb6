/* The losses that a whole net can be trained on, by name. */
#ifndef PMY_LOSSES_LOSS_KIND_H
#define PMY_LOSSES_LOSS_KIND_H

#include "losses/losses.h"

typedef struct pmy_loss_kind {
    const char *name;
    bool of_classes; /* it learns labels; otherwise targets, as many as there are outputs */
    /* outputs [batch, n]; truth is labels [batch], or targets [batch, n]; smoothing is of labels. */
    pmy_node *(*build)(pmy_graph *graph, pmy_node *outputs, pmy_node *truth, double smoothing);
} pmy_loss_kind;

/* In order: softmax, the first, which is the usual one of labels; mse, the usual one of targets; huber, whose
 * delta is 1. NULL after the last. */
const pmy_loss_kind *pmy_loss_kind_at(size_t index);

/* The kind of that name, or NULL. */
const pmy_loss_kind *pmy_loss_kind_find(const char *name);

/* The usual one of labels, or of targets. */
const pmy_loss_kind *pmy_loss_kind_usual(bool of_classes);

#endif
