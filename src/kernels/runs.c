#include "kernels/runs.h"

#include "base/parts.h"
#include "base/simd.h"

/* Rows and columns that are swapped together: a cache line of floats either way. */
enum { TILE = 16 };

PMY_INLINED void copy_runs(size_t runs, size_t length, const pmy_real *restrict from, size_t from_step,
                           pmy_real *restrict to, size_t to_step, bool accumulate)
{
    for (size_t r = 0; r < runs; r++)
        for (size_t i = 0; i < length; i++)
            pmy_put(&to[r * to_step + i], from[r * from_step + i], accumulate);
}

PMY_CLONES
void pmy_copy_runs(size_t runs, size_t length, const pmy_real *from, size_t from_step, pmy_real *to,
                   size_t to_step, bool accumulate)
{
    copy_runs(runs, length, from, from_step, to, to_step, accumulate);
}

PMY_INLINED void swap_axes(size_t rows, size_t middle, size_t columns, size_t length, const pmy_real *from,
                           pmy_real *to, bool accumulate)
{
    for (size_t m = 0; m < middle; m++)
        for (size_t row = 0; row < rows; row += TILE)
            for (size_t column = 0; column < columns; column += TILE)
                for (size_t j = column; j < pmy_at_most(column + TILE, columns); j++)
                    copy_runs(pmy_at_most(rows - row, TILE), length,
                              from + ((row * middle + m) * columns + j) * length, middle * columns * length,
                              to + ((j * middle + m) * rows + row) * length, length, accumulate);
}

PMY_CLONES
void pmy_swap_axes(size_t rows, size_t middle, size_t columns, size_t length, const pmy_real *from,
                   pmy_real *to, bool accumulate)
{
    if (length == 1)
        swap_axes(rows, middle, columns, 1, from, to, accumulate);
    else
        swap_axes(rows, middle, columns, length, from, to, accumulate);
}
