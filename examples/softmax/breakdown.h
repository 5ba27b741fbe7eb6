/* Where the formulas as they stand break down, and why, in words. */
#ifndef SOFTMAX_BREAKDOWN_H
#define SOFTMAX_BREAKDOWN_H

#include "gradcheck/explanation.h"

enum { BREAKDOWN_TEXT = 600 };

/* Why the long way breaks, of a row where it does. */
const char *breakdown_reason(const pmy_explanation *row, char text[BREAKDOWN_TEXT]);

/* What becomes of log Σ exp(z/T) without subtracting the maximum, where exponentials overflow or all vanish;
 * NULL: they do not. */
const char *breakdown_of_naive(const pmy_explanation *row, char text[BREAKDOWN_TEXT]);

/* From what on exp, −y/p and p leave the row's precision. */
const char *breakdown_limits(const pmy_explanation *row, char text[BREAKDOWN_TEXT]);

#endif
