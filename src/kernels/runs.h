/* Runs of numbers that lie side by side, at equal steps: what is joined, cut out or has its axes swapped. */
#ifndef PMY_KERNELS_RUNS_H
#define PMY_KERNELS_RUNS_H

#include "base/real.h"

#include <stddef.h>

/* to[r to_step + i] (+)= from[r from_step + i] for the `length` numbers i of each run r. */
void pmy_copy_runs(size_t runs, size_t length, const pmy_real *from, size_t from_step, pmy_real *to,
                   size_t to_step, bool accumulate);

/* Swaps two axes: to[columns, middle, rows, length] (+)= from[rows, middle, columns, length]. */
void pmy_swap_axes(size_t rows, size_t middle, size_t columns, size_t length, const pmy_real *from,
                   pmy_real *to, bool accumulate);

#endif
