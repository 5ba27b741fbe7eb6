/* One block of a lane product, for lanes of any width: lane_product.c, and nobody else, includes this once
 * for each, with
 *
 *   HIGHEST, WIDEST  the most rows and lanes of a block
 *   BLOCK, ALL_ROWS, ONE_ROW  the functions' names
 *   BLOCK_LANES      pmy_lanes, pmy_half_lanes or pmy_avx512_lanes
 *   BLOCK_IN_MEMORY  the same, anywhere in memory
 *
 * A block of C, `high` rows of `wide` lanes, has its sums in registers. Both are constants wherever this is
 * used. Each number is one sum, from first to last, whatever the width: so all widths give the same bits.
 * What is there already is added last, not carried through: many short sums lose less than a long one. */
#include "kernels/lane_product.h"

PMY_INLINED void BLOCK(const pmy_lane_product *x, size_t row, size_t column, const size_t high,
                       const size_t wide)
{
    enum { LANES = sizeof(BLOCK_LANES) / sizeof(pmy_real), AHEAD = 6 /* p */ };
    BLOCK_LANES sum[HIGHEST][WIDEST];
    pmy_real *c = x->c.to + row * x->c.row + column;
    PMY_UNROLL
    for (size_t i = 0; i < high; i++)
        PMY_UNROLL
    for (size_t j = 0; j < wide; j++) {
        PMY_PREFETCH(c + i * x->c.row + j * LANES);
        sum[i][j] = (BLOCK_LANES){0};
    }
    for (size_t s = 0; s < x->segments; s++) {
        /* A pointer for every third row: the others lie one and two a.row further, which is an address. */
        const pmy_real *a[(HIGHEST + 2) / 3], *b = x->b.from + s * x->b.segment + column;
        const size_t a_row = x->a.row;
        PMY_UNROLL
        for (size_t i = 0; i < high; i += 3)
            a[i / 3] = x->a.from + s * x->a.segment + (row + i) * a_row;
        for (size_t p = 0; p < x->depth; p++, b += x->b.row) {
            BLOCK_LANES factor[WIDEST];
            if (wide > 1) { /* a B or A whose rows lie a power of two apart does not stay in the cache */
                PMY_PREFETCH(b + AHEAD * x->b.row);
                PMY_PREFETCH(b + AHEAD * x->b.row + LANES);
                PMY_PREFETCH(a[0] + AHEAD * x->a.step);
            }
            PMY_UNROLL
            for (size_t j = 0; j < wide; j++)
                factor[j] = *(const BLOCK_IN_MEMORY *)(b + j * LANES);
            PMY_UNROLL
            for (size_t i = 0; i < high; i++)
                PMY_UNROLL
            for (size_t j = 0; j < wide; j++)
                sum[i][j] += a[i / 3][i % 3 * a_row] * factor[j];
            PMY_UNROLL
            for (size_t i = 0; i < high; i += 3)
                a[i / 3] += x->a.step;
        }
    }
    PMY_UNROLL
    for (size_t i = 0; i < high; i++)
        PMY_UNROLL
    for (size_t j = 0; j < wide; j++) {
        BLOCK_IN_MEMORY *to = (BLOCK_IN_MEMORY *)(c + i * x->c.row + j * LANES);
        if (x->accumulate)
            sum[i][j] += *to;
        *to = sum[i][j];
    }
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
    size_t blocks = pmy_parts(x->rows, highest);
    for (size_t i = 0; i < blocks; i++) {
        size_t row = x->rows * i / blocks, high = x->rows * (i + 1) / blocks - row;
        switch (high) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
        }
    }
}
#undef CASE

#define CASE(wide)                    \
    case wide:                        \
        BLOCK(x, 0, column, 1, wide); \
        break;

/* A single row from a column on, in blocks of WIDEST lanes or a little less each; returns where it ends,
 * which is before fewer columns than lanes. */
PMY_INLINED size_t ONE_ROW(const pmy_lane_product *x, size_t first)
{
    enum { LANES = sizeof(BLOCK_LANES) / sizeof(pmy_real) };
    size_t lanes = (x->columns - first) / LANES, blocks = pmy_parts(lanes, WIDEST);
    for (size_t i = 0; i < blocks; i++) {
        size_t begin = lanes * i / blocks, column = first + begin * LANES;
        switch (lanes * (i + 1) / blocks - begin) {
            CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
        }
    }
    return first + lanes * LANES;
}
#undef BLOCK
#undef ALL_ROWS
#undef ONE_ROW
#undef CASE
#undef BLOCK_LANES
#undef BLOCK_IN_MEMORY
