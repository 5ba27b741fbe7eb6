/* The backward side of a check: gradients of weighted sums of the outputs. */
#ifndef PMY_GRADCHECK_ANALYTIC_H
#define PMY_GRADCHECK_ANALYTIC_H

#include "gradcheck/probe.h"

/* A leaf whose gradient is checked. */
typedef struct pmy_checked {
    pmy_node *node;
    size_t size;
    pmy_real *origin;                    /* [size]: the values at the point */
    pmy_real *analytic[PMY_MAX_WEIGHTS]; /* [size] each: backward's gradients */
    pmy_real largest[PMY_MAX_WEIGHTS];   /* the largest magnitude in each; NaN are left out */
    pmy_real
        beside[PMY_MAX_WEIGHTS]; /* what small elements are held beside: largest, or a tenth of the graph's */
    bool nondeterministic;       /* two passes gave different bits */
} pmy_checked;

/* Runs forward and backward for the k-th weighted sum. Every gradient holds NaN before, so that
 * an element nobody writes shows; but that of `shared` (may be NULL) holds another user's `share`
 * [shared's shape]. */
pmy_status pmy_weighted_backward(pmy_probe *probe, unsigned k, pmy_node *shared, const pmy_real *share,
                                 pmy_error *error);

/* Fills in what is above, from `origin` on. */
pmy_status pmy_take_analytic(pmy_probe *probe, pmy_checked checked[], size_t count, pmy_error *error);

#endif
