#include "kernels/reduce.h"

#include "base/simd.h"

enum { LANES = 8, SQUARE_LANES = 16 };

PMY_CLONES
pmy_accum pmy_sum_of(size_t n, const pmy_real *x)
{
    pmy_accum lane[LANES] = {0};
    size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lane[l] += (pmy_accum)x[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += (pmy_accum)x[i];
    pmy_accum sum = 0;
    for (size_t l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

PMY_CLONES
pmy_accum pmy_sum_of_squares(size_t n, const pmy_real *x)
{
    pmy_accum lane[SQUARE_LANES] = {0};
    size_t whole = n - n % SQUARE_LANES;
    for (size_t i = 0; i < whole; i += SQUARE_LANES)
        for (size_t l = 0; l < SQUARE_LANES; l++)
            lane[l] += (pmy_accum)x[i + l] * (pmy_accum)x[i + l];
    for (size_t i = whole; i < n; i++)
        lane[i - whole] += (pmy_accum)x[i] * (pmy_accum)x[i];
    pmy_accum sum = 0;
    for (size_t l = 0; l < SQUARE_LANES; l++)
        sum += lane[l];
    return sum;
}

PMY_CLONES
void pmy_sum_columns(size_t rows, size_t columns, size_t begin, size_t end, const pmy_real *x, pmy_real *sums,
                     bool accumulate)
{
    for (size_t first = begin; first < end; first += PMY_COLUMN_TILE) {
        size_t width = end - first < PMY_COLUMN_TILE ? end - first : PMY_COLUMN_TILE;
        pmy_accum sum[PMY_COLUMN_TILE] = {0};
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < width; j++)
                sum[j] += (pmy_accum)x[r * columns + first + j];
        for (size_t j = 0; j < width; j++)
            pmy_put(&sums[first + j], (pmy_real)sum[j], accumulate);
    }
}
