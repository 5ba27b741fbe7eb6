/* How far backward and finite differences are apart, and what is allowed. */
#ifndef PMY_GRADCHECK_COMPARE_H
#define PMY_GRADCHECK_COMPARE_H

#include "base/real.h"

#include <stddef.h>

/* The allowed error; the most that is allowed where a kink next to the point keeps the steps small, as far as
 * the larger round-off there explains it; and the share of a tensor's largest gradient below which an element
 * is not asked to be right to that many digits of its own: a difference of outputs around 1 cannot know it
 * better. The quad build's can. */
#if PMY_SCALAR == 32
#define PMY_GRADCHECK_TOLERANCE 1e-2
#define PMY_GRADCHECK_KINK_TOLERANCE 5e-2
#define PMY_GRADCHECK_FLOOR PMY_R(1e-2)
#elif PMY_SCALAR == 64
#define PMY_GRADCHECK_TOLERANCE 1e-9
#define PMY_GRADCHECK_KINK_TOLERANCE 1e-6
#define PMY_GRADCHECK_FLOOR PMY_R(1e-3)
#else
#define PMY_GRADCHECK_TOLERANCE 1e-14
#define PMY_GRADCHECK_KINK_TOLERANCE 1e-12
#define PMY_GRADCHECK_FLOOR PMY_R(0.0)
#endif

/* What adding a gradient to another may do to the sum, relative to the two. */
#define PMY_GRADCHECK_ADDED (1000 * (double)PMY_REAL_EPSILON)

/* The size an error is relative to: max(|a|, |n|, floor · largest), `largest` the tensor's largest |a|, or a
 * tenth of the graph's. */
pmy_real pmy_gradient_scale(pmy_real analytic, pmy_real numeric, pmy_real largest);

/* |a − n| over that; +inf where one is not finite, 0 where both are 0. */
double pmy_gradient_error(pmy_real analytic, pmy_real numeric, pmy_real largest);

/* Σ a b of n elements. */
pmy_accum pmy_inner_product(size_t n, const pmy_real *a, const pmy_real *b);

#endif
