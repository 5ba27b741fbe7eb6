/* What exp, pow, tanh and erfc are made of. For the files of this folder. */
#ifndef PMY_BASE_MATH_EXPONENTIAL_H
#define PMY_BASE_MATH_EXPONENTIAL_H

#include "base/math/pair.h"

/* exp(x) = 2^k (1 + rest), |rest| < 0.42. */
typedef struct pmy_power {
    pmy_pair rest; /* to 2^-60 of itself */
    int k;
} pmy_power;

/* Of an |x.high| of at most 2000. */
pmy_power pmy_power_at(pmy_pair x);

/* x · 2^k, rounded once, |k| < 2000. */
double pmy_scaled(double x, int k);

/* exp(x), infinite or 0 where it is too large or too small for a double. */
double pmy_exponential(pmy_pair x);

#endif
