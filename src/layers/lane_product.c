#include "layers/lane_product.h"

/* A block of C whose sums stay in registers: `high` rows of `wide` lanes. Both are constants wherever this
 * is used; 12 registers of sums, some of B and one of A are the 16 that there are. */
enum { WIDEST = 3, HIGHEST = 12 };

PMY_INLINED void block(const pmy_lane_product *x, size_t row, size_t column, const size_t high,
                       const size_t wide)
{
    pmy_lanes sum[HIGHEST][WIDEST];
    pmy_real *c = x->c + row * x->c_row + column;
    const pmy_real *b = x->b + column;
#pragma GCC unroll 16
    for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < wide; j++)
            if (x->accumulate)
                sum[i][j] = PMY_LANES_AT(c + i * x->c_row + j * PMY_LANES);
            else
                sum[i][j] = (pmy_lanes){0};
    for (size_t s = 0; s < x->segments; s++) {
        const pmy_real *a = x->a + s * x->a_segment + row * x->a_row;
        for (size_t p = 0; p < x->depth; p++, a += x->a_step, b += x->b_row) {
            pmy_lanes factor[WIDEST];
#pragma GCC unroll 16
            for (size_t j = 0; j < wide; j++)
                factor[j] = PMY_LANES_AT(b + j * PMY_LANES);
#pragma GCC unroll 16
            for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
                for (size_t j = 0; j < wide; j++)
                    sum[i][j] += a[i * x->a_row] * factor[j];
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < high; i++)
#pragma GCC unroll 16
        for (size_t j = 0; j < wide; j++)
            PMY_LANES_AT(c + i * x->c_row + j * PMY_LANES) = sum[i][j];
}

#define BLOCK_OF(high, wide)               \
    case high:                             \
        block(x, row, column, high, wide); \
        break;

/* All rows, in blocks of `highest` or a little less each, so that no last one is left with a row or two,
 * which would wait for one sum after another. */
#define ALL_ROWS(highest, BLOCKS)                                                   \
    size_t blocks = (x->rows + (highest)-1) / (highest);                            \
    for (size_t i = 0; i < blocks; i++) {                                           \
        size_t row = x->rows * i / blocks, high = x->rows * (i + 1) / blocks - row; \
        switch (high) {                                                             \
            BLOCKS                                                                  \
        }                                                                           \
    }

PMY_LANE_CLONES
static void pmy_lane_columns_1(const pmy_lane_product *x, size_t column){
    ALL_ROWS(12, BLOCK_OF(1, 1) BLOCK_OF(2, 1) BLOCK_OF(3, 1) BLOCK_OF(4, 1) BLOCK_OF(5, 1) BLOCK_OF(6, 1)
                     BLOCK_OF(7, 1) BLOCK_OF(8, 1) BLOCK_OF(9, 1) BLOCK_OF(10, 1) BLOCK_OF(11, 1)
                         BLOCK_OF(12, 1))}

PMY_LANE_CLONES static void pmy_lane_columns_2(const pmy_lane_product *x, size_t column){
    ALL_ROWS(6, BLOCK_OF(1, 2) BLOCK_OF(2, 2) BLOCK_OF(3, 2) BLOCK_OF(4, 2) BLOCK_OF(5, 2) BLOCK_OF(6, 2))}

PMY_LANE_CLONES static void pmy_lane_columns_3(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(4, BLOCK_OF(1, 3) BLOCK_OF(2, 3) BLOCK_OF(3, 3) BLOCK_OF(4, 3))
}

void pmy_lane_multiply(const pmy_lane_product *x)
{
    size_t lanes = x->columns / PMY_LANES, lane = 0;
    if (lanes % 2 == 1 && lanes >= 3) {
        pmy_lane_columns_3(x, 0);
        lane = 3;
    }
    for (; lane + 2 <= lanes; lane += 2)
        pmy_lane_columns_2(x, lane * PMY_LANES);
    for (; lane < lanes; lane++)
        pmy_lane_columns_1(x, lane * PMY_LANES);
}
