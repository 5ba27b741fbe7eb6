#include "kernels/reduce.h"

#include "base/parts.h"
#include "base/simd.h"

enum { MOST_LANES = 16 };

/* Σ x, or Σ x², in that many interleaved lanes, and then over the lanes in order. */
PMY_INLINED pmy_accum sum_in_lanes(size_t lanes, size_t n, const pmy_real *x, bool squared)
{
    pmy_accum lane[MOST_LANES] = {0};
    for (size_t i = 0; i < n - n % lanes; i += lanes)
        for (size_t l = 0; l < lanes; l++)
            lane[l] += (pmy_accum)x[i + l] * (squared ? (pmy_accum)x[i + l] : 1);
    for (size_t i = n - n % lanes; i < n; i++)
        lane[i % lanes] += (pmy_accum)x[i] * (squared ? (pmy_accum)x[i] : 1);
    pmy_accum sum = 0;
    for (size_t l = 0; l < lanes; l++)
        sum += lane[l];
    return sum;
}

PMY_CLONES
pmy_accum pmy_sum_of(size_t n, const pmy_real *x)
{
    return sum_in_lanes(8, n, x, false);
}

PMY_CLONES
pmy_accum pmy_sum_of_squares(size_t n, const pmy_real *x)
{
    return sum_in_lanes(MOST_LANES, n, x, true);
}

PMY_CLONES
void pmy_sum_columns(size_t rows, size_t columns, size_t begin, size_t end, const pmy_real *x, pmy_real *sums,
                     bool accumulate)
{
    for (size_t first = begin; first < end; first += PMY_COLUMN_TILE) {
        size_t width = pmy_at_most(end - first, PMY_COLUMN_TILE);
        pmy_accum sum[PMY_COLUMN_TILE] = {0};
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < width; j++)
                sum[j] += (pmy_accum)x[r * columns + first + j];
        for (size_t j = 0; j < width; j++)
            pmy_put(&sums[first + j], (pmy_real)sum[j], accumulate);
    }
}
