/* p = softmax(z/T) in double, by the library's code. */
#ifndef SOFTMAX_SHARES_H
#define SOFTMAX_SHARES_H

#include "base/status.h"

#include <stddef.h>

enum { SHARES_MOST_CLASSES = 1000 };

/* How far a share is from the truth, relative to it, at most: rounding moves the argument of exp, which is
 * below 745, by two units in 2^53, and there are as many additions as classes. */
#define SHARES_ERROR ((2 * 745 + 2 * SHARES_MOST_CLASSES + 32) * 0x1p-53)

/* p and, if asked for, their entropy −Σ p log p in nats. PMY_BAD_DATA: a logit is NaN or +inf, or all are
 * −inf. */
pmy_status shares_of(size_t classes, const double *z /* [classes] */, double temperature,
                     double *p /* [classes] */, double *entropy /* may be NULL */, pmy_error *error);

/* The class that a number u, uniform in [0, 1), draws from p. */
size_t shares_draw(size_t classes, const double *p /* [classes] */, double u);

#endif
