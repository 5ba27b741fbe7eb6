/* The cross-entropy of a row of a softmax with targets y that are not a label alone: −Σ y log p, which is
 *
 *   Σ y (m − z)/T + Σ y log1p(rest),   and its gradient (p Σy − y)/T */
#ifndef PMY_KERNELS_SOFTMAX_TARGETS_H
#define PMY_KERNELS_SOFTMAX_TARGETS_H

#include "kernels/softmax_row.h"

/* y_i: `everywhere`, and on top `own` times 1 at the label or, where they are given, times those; all of it
 * times the class's weight. */
typedef struct pmy_targets {
    pmy_accum everywhere, own;
    size_t label;
    const pmy_real *given;   /* [classes] or NULL */
    const pmy_real *weights; /* [classes] or NULL: all 1 */
} pmy_targets;

typedef struct pmy_target_sums {
    pmy_accum total;    /* Σ y */
    pmy_accum distance; /* Σ y (m − z)/2, halved lest m − z be too large for a number */
    bool wrong;         /* whether one given is negative or not finite, or one falls on a masked class */
} pmy_target_sums;

pmy_target_sums pmy_softmax_target_sums(size_t classes, const pmy_real *z, const pmy_softmax_row *row,
                                        const pmy_targets *targets);

static inline pmy_accum pmy_softmax_targets_loss(const pmy_softmax_row *row, const pmy_target_sums *sums,
                                                 pmy_accum temperature)
{
    return sums->distance / (temperature / 2) + sums->total * row->log1p_rest;
}

/* dz = (p Σy − y) · weight, from the e of softmax_lanes.h. */
void pmy_softmax_targets_gradient(size_t classes, const pmy_real *e, const pmy_softmax_row *row,
                                  const pmy_targets *targets, pmy_accum total, pmy_accum weight,
                                  pmy_real *dz);

#endif
