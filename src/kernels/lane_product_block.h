/* One block of a lane product, for lanes of either width: lane_product.c, and nobody else, includes this once
 * for each, with
 *
 *   HIGHEST, WIDEST  the most rows and lanes of a block
 *   BLOCK, ALL_ROWS  the functions' names
 *   BLOCK_LANES      pmy_lanes or pmy_avx512_lanes
 *   BLOCK_IN_MEMORY  the same, anywhere in memory
 *
 * A block of C, `high` rows of `wide` lanes, has its sums in registers. Both are constants wherever this is
 * used. Each number is one sum, from first to last, whatever the width: so both widths give the same bits. */
#include "kernels/lane_product.h"

PMY_INLINED void BLOCK(const pmy_lane_product *x, size_t row, size_t column, const size_t high,
                       const size_t wide)
{
    enum { LANES = sizeof(BLOCK_LANES) / sizeof(pmy_real) };
    BLOCK_LANES sum[HIGHEST][WIDEST];
    pmy_real *c = x->c.to + row * x->c.row + column;
#pragma GCC unroll 16
    for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < wide; j++)
            if (x->accumulate)
                sum[i][j] = *(const BLOCK_IN_MEMORY *)(c + i * x->c.row + j * LANES);
            else
                sum[i][j] = (BLOCK_LANES){0};
    for (size_t s = 0; s < x->segments; s++) {
        const pmy_real *a = x->a.from + s * x->a.segment + row * x->a.row;
        const pmy_real *b = x->b.from + s * x->b.segment + column;
        for (size_t p = 0; p < x->depth; p++, a += x->a.step, b += x->b.row) {
            BLOCK_LANES factor[WIDEST];
#pragma GCC unroll 16
            for (size_t j = 0; j < wide; j++)
                factor[j] = *(const BLOCK_IN_MEMORY *)(b + j * LANES);
#pragma GCC unroll 16
            for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
                for (size_t j = 0; j < wide; j++)
                    sum[i][j] += a[i * x->a.row] * factor[j];
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < wide; j++)
            *(BLOCK_IN_MEMORY *)(c + i * x->c.row + j * LANES) = sum[i][j];
}

#define CASE(high)                             \
    case high:                                 \
        if (high <= highest)                   \
            BLOCK(x, row, column, high, wide); \
        break;

/* All rows, in blocks of `highest` or a little less each, so that no last one is left with a row or two,
 * which would wait for one sum after another. */
PMY_INLINED void ALL_ROWS(const pmy_lane_product *x, size_t column, const size_t highest, const size_t wide)
{
    size_t blocks = (x->rows + highest - 1) / highest;
    for (size_t i = 0; i < blocks; i++) {
        size_t row = x->rows * i / blocks, high = x->rows * (i + 1) / blocks - row;
        switch (high) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
        }
    }
}
#undef BLOCK
#undef ALL_ROWS
#undef CASE
#undef BLOCK_LANES
#undef BLOCK_IN_MEMORY
