/* Where the formulas as they stand break down, and why, in words. */
#ifndef SOFTMAX_BREAKDOWN_H
#define SOFTMAX_BREAKDOWN_H

#include "softmax/derivation.h"

enum { BREAKDOWN_TEXT = 600 };

/* Does the long way miss the fused one by more than rounding explains? */
bool breakdown_of_long_way(const derivation *row);

/* Why it does. */
const char *breakdown_reason(const derivation *row, char text[BREAKDOWN_TEXT]);

/* What becomes of log Σ exp(z/T) without subtracting the maximum, where exponentials overflow or all vanish;
 * NULL: they do not. */
const char *breakdown_of_naive(const derivation *row, char text[BREAKDOWN_TEXT]);

/* From what on exp, −y/p and p leave the row's precision. */
const char *breakdown_limits(const derivation *row, char text[BREAKDOWN_TEXT]);

#endif
