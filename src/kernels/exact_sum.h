/* Sums without rounding, for what a single unit in the last place decides. */
#ifndef PMY_KERNELS_EXACT_SUM_H
#define PMY_KERNELS_EXACT_SUM_H

#include "base/real.h"

#include <stddef.h>

/* The sum, kept as parts that do not overlap, the smallest first (Shewchuk, Adaptive Precision
 * Floating-Point Arithmetic, 1997), and times 2^-132, so that as many numbers as there may be of the largest
 * do not overflow. {0} is 0. */
enum { PMY_EXACT_PARTS = 64 };
typedef struct pmy_exact_sum {
    size_t parts;
    pmy_accum part[PMY_EXACT_PARTS];
} pmy_exact_sum;

/* Adds a finite x, or the product of two. */
void pmy_exact_add(pmy_exact_sum *sum, pmy_accum x);
void pmy_exact_add_product(pmy_exact_sum *sum, pmy_accum x, pmy_accum y);

bool pmy_exact_is_positive(const pmy_exact_sum *sum);

#endif
