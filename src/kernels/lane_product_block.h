/* One block of a lane product, for lanes of either width: lane_product.c, and nobody else, includes this once
 * for each, with
 *
 *   HIGHEST, WIDEST  the most rows and lanes of a block
 *   BLOCK            the function's name
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
#undef BLOCK
#undef BLOCK_LANES
#undef BLOCK_IN_MEMORY
