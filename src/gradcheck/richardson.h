/* Richardson extrapolation, chosen as Ridders does ("Accurate computation of
 * F'(x) and F'(x)F''(x)", Advances in Engineering Software 1982): a central
 * difference is D(h) = f' + c₂h² + c₄h⁴ + …, and combining m + 1 steps removes the
 * first m terms. */
#ifndef PMY_GRADCHECK_RICHARDSON_H
#define PMY_GRADCHECK_RICHARDSON_H

#include "base/real.h"

enum { PMY_MAX_STEPS = 12 };

typedef struct pmy_estimate {
    pmy_real value;
    pmy_real truncation; /* what the removed terms leave, as the last removed one tells */
    pmy_real noise;      /* what round-off in the differences does to it */
} pmy_estimate;

static inline pmy_real pmy_uncertainty(pmy_estimate estimate)
{
    return estimate.truncation + estimate.noise;
}

/* The best of all extrapolations from neighbouring steps. difference[i] was
 * taken with step h/2^i, h in units of the function's natural scale, and carries round-off noise[i];
 * 2 ≤ count ≤ PMY_MAX_STEPS. */
pmy_estimate pmy_richardson(unsigned count, pmy_real h, const pmy_real difference[], const pmy_real noise[]);

#endif
