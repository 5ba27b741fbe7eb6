#include "kernels/lane_product.h"

/* Sums of a block: of AVX2's 16 registers 12, of AVX-512's 32 registers 24; the others hold some of B and one
 * of A. */
enum { WIDEST = 3, HIGHEST = 12 };

#define BLOCK block
#define BLOCK_LANES pmy_lanes
#define BLOCK_IN_MEMORY pmy_lanes_in_memory
#include "kernels/lane_product_block.h"

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

#define UP_TO_4(OF, wide) OF(1, wide) OF(2, wide) OF(3, wide) OF(4, wide)
#define UP_TO_6(OF, wide) UP_TO_4(OF, wide) OF(5, wide) OF(6, wide)
#define UP_TO_12(OF, wide) \
    UP_TO_6(OF, wide) OF(7, wide) OF(8, wide) OF(9, wide) OF(10, wide) OF(11, wide) OF(12, wide)

PMY_LANE_CLONES
static void pmy_lane_columns_1(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(12, UP_TO_12(BLOCK_OF, 1));
}

PMY_LANE_CLONES
static void pmy_lane_columns_2(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(6, UP_TO_6(BLOCK_OF, 2));
}

PMY_LANE_CLONES
static void pmy_lane_columns_3(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(4, UP_TO_4(BLOCK_OF, 3));
}

/* Columns first … columns − 1. */
static void multiply_lanes(const pmy_lane_product *x, size_t first)
{
    size_t lanes = x->columns / PMY_LANES, lane = first / PMY_LANES;
    if ((lanes - lane) % 2 == 1 && lanes - lane >= 3) {
        pmy_lane_columns_3(x, lane * PMY_LANES);
        lane += 3;
    }
    for (; lane + 2 <= lanes; lane += 2)
        pmy_lane_columns_2(x, lane * PMY_LANES);
    for (; lane < lanes; lane++)
        pmy_lane_columns_1(x, lane * PMY_LANES);
}

#ifdef PMY_AVX512
#define BLOCK wide_block
#define BLOCK_LANES pmy_avx512_lanes
#define BLOCK_IN_MEMORY pmy_avx512_lanes_in_memory
#include "kernels/lane_product_block.h"

#define WIDE_BLOCK_OF(high, wide)               \
    case high:                                  \
        wide_block(x, row, column, high, wide); \
        break;

PMY_AVX512
static void wide_columns_1(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(12, UP_TO_12(WIDE_BLOCK_OF, 1));
}

PMY_AVX512
static void wide_columns_2(const pmy_lane_product *x, size_t column)
{
    ALL_ROWS(12, UP_TO_12(WIDE_BLOCK_OF, 2));
}

void pmy_lane_multiply(const pmy_lane_product *x)
{
    size_t done = 0;
    if (pmy_has_avx512()) {
        for (; done + 4 * PMY_LANES <= x->columns; done += 4 * PMY_LANES)
            wide_columns_2(x, done);
        for (; done + 2 * PMY_LANES <= x->columns; done += 2 * PMY_LANES)
            wide_columns_1(x, done);
    }
    multiply_lanes(x, done);
}
#else
void pmy_lane_multiply(const pmy_lane_product *x)
{
    multiply_lanes(x, 0);
}
#endif

void pmy_lane_gemm(pmy_transpose transpose_a, size_t m, size_t n, size_t k, const pmy_real *a, size_t lda,
                   const pmy_real *b, size_t ldb, pmy_real *c, size_t ldc)
{
    bool transposed = transpose_a == PMY_TRANSPOSED;
    pmy_lane_product product = {.rows = m,
                                .columns = n / PMY_LANES * PMY_LANES,
                                .segments = 1,
                                .depth = k,
                                .a = {a, .row = transposed ? 1 : lda, .step = transposed ? lda : 1},
                                .b = {b, .row = ldb},
                                .c = {c, ldc}};
    pmy_lane_multiply(&product);
    if (product.columns == n)
        return;
    /* The last lanes hold some columns once more. */
    product.columns = PMY_LANES;
    product.b.from += n - PMY_LANES;
    product.c.to += n - PMY_LANES;
    pmy_lane_multiply(&product);
}
