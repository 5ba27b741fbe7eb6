/* A derivative along a line to a wanted accuracy, with steps chosen for it. */
#ifndef PMY_GRADCHECK_DERIVATIVE_H
#define PMY_GRADCHECK_DERIVATIVE_H

#include "gradcheck/probe.h"
#include "gradcheck/richardson.h"

typedef struct pmy_derivative {
    pmy_estimate estimate[PMY_MAX_WEIGHTS]; /* of each weighted sum of the outputs */
    pmy_real largest_step, smallest_step;   /* of the differences taken */
    bool near_kink;                         /* a kink kept the steps smaller than they should be */
} pmy_derivative;

/* Differentiates along the line, until the uncertainty of each weighted sum is at most its
 * goal or cannot be made smaller. PMY_KINKED (PMY_FAULTY): there is no step so
 * small that both sides make the choices of the point (are finite). The tensor
 * is back at the point when it returns. */
pmy_outcome pmy_differentiate(pmy_probe *probe, const pmy_line *line, const pmy_real goal[],
                              pmy_derivative *derivative);

/* The unit steps are measured in: a power of two near |x|, at least 1; along a direction in all elements at
 * once, one near 1/√size, so that what sums over them moves about as far. */
pmy_real pmy_step_unit(const pmy_line *line);

/* The i-th step of the ladder: each half the one before. i < PMY_LADDER_STEPS. The search begins at unit/16,
 * or in quad, where round-off leaves room for it, at unit/2048, from where fewer steps are enough. */
enum {
#if PMY_SCALAR == 32
    PMY_LADDER_FIRST = 5,
    PMY_LADDER_STEPS = 16
#elif PMY_SCALAR == 64
    PMY_LADDER_FIRST = 5,
    PMY_LADDER_STEPS = 23
#else
    PMY_LADDER_FIRST = 12,
    PMY_LADDER_STEPS = 36
#endif
};
pmy_real pmy_ladder_step(const pmy_line *line, unsigned i);

#endif
