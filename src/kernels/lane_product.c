#include "kernels/lane_product.h"

/* Sums of a block: of AVX2's 16 registers 12, of AVX-512's 32 registers 24; the others hold some of B and one
 * of A. Of 16 registers half as wide, such as WebAssembly's, lanes take two each; arm64 has 32 of these. A
 * single row has nothing but other lanes to fill the time that a sum takes. */
enum { WIDEST = 8, HIGHEST = 12 };
#ifdef PMY_HALF_LANES
enum { SUMS = 12, PARTS = 2 };
#else
enum { SUMS = PMY_LANES_IN_TWO ? 6 : 12, PARTS = 1 };
#endif

#define BLOCK block
#define ALL_ROWS all_rows
#define ONE_ROW one_row
#ifdef PMY_HALF_LANES
#define BLOCK_LANES pmy_half_lanes
#define BLOCK_IN_MEMORY pmy_half_lanes_in_memory
#else
#define BLOCK_LANES pmy_lanes
#define BLOCK_IN_MEMORY pmy_lanes_in_memory
#endif
#include "kernels/lane_product_block.h"

PMY_LANE_CLONES
static void pmy_lane_columns_1(const pmy_lane_product *x, size_t column)
{
    all_rows(x, column, SUMS, PARTS);
}

PMY_LANE_CLONES
static void pmy_lane_columns_2(const pmy_lane_product *x, size_t column)
{
    all_rows(x, column, SUMS / 2, 2 * PARTS);
}

PMY_LANE_CLONES
static void pmy_lane_columns_3(const pmy_lane_product *x, size_t column)
{
    all_rows(x, column, SUMS / 3, 3 * PARTS);
}

PMY_LANE_CLONES
static void pmy_lane_row(const pmy_lane_product *x, size_t first)
{
    one_row(x, first);
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
#define ALL_ROWS all_rows_wide
#define ONE_ROW one_row_wide
#define BLOCK_LANES pmy_avx512_lanes
#define BLOCK_IN_MEMORY pmy_avx512_lanes_in_memory
#include "kernels/lane_product_block.h"

PMY_AVX512
static void wide_columns_1(const pmy_lane_product *x, size_t column)
{
    all_rows_wide(x, column, 12, 1);
}

PMY_AVX512
static void wide_columns_2(const pmy_lane_product *x, size_t column)
{
    all_rows_wide(x, column, 12, 2);
}

PMY_AVX512
static size_t wide_row(const pmy_lane_product *x)
{
    return one_row_wide(x, 0);
}
#endif

void pmy_lane_multiply(const pmy_lane_product *x)
{
    size_t done = 0;
#ifdef PMY_AVX512
    if (pmy_has_avx512()) {
        if (x->rows == 1)
            done = wide_row(x);
        for (; done + 4 * PMY_LANES <= x->columns; done += 4 * PMY_LANES)
            wide_columns_2(x, done);
        for (; done + 2 * PMY_LANES <= x->columns; done += 2 * PMY_LANES)
            wide_columns_1(x, done);
    }
#endif
    if (x->rows == 1)
        pmy_lane_row(x, done);
    else
        multiply_lanes(x, done);
}

void pmy_lane_gemm(pmy_gemm_transpose transpose_a, size_t m, size_t n, size_t k, const pmy_real *a,
                   size_t lda, const pmy_real *b, size_t ldb, pmy_real *c, size_t ldc)
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
