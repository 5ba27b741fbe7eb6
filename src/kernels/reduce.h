/* Sums in a fixed order, carried in pmy_accum. */
#ifndef PMY_KERNELS_REDUCE_H
#define PMY_KERNELS_REDUCE_H

#include "base/real.h"

#include <stddef.h>

/* Σ x[i] over n elements: eight interleaved lanes, then the lanes in order. */
pmy_accum pmy_sum_of(size_t n, const pmy_real *x);

/* Σ x[i]² over n elements: sixteen interleaved lanes, then the lanes in order. */
pmy_accum pmy_sum_of_squares(size_t n, const pmy_real *x);

/* sums[j] (+)= Σ_r x[r, j] for begin ≤ j < end, where x is [rows, columns]. */
void pmy_sum_columns(size_t rows, size_t columns, size_t begin, size_t end, const pmy_real *x, pmy_real *sums,
                     bool accumulate);

/* Columns that one tile of a column sum takes. */
enum { PMY_COLUMN_TILE = 64 };

#endif
