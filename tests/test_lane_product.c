/* Products in lanes: against the sums as they are written, in every number of rows and columns; and the same
 * bits whatever the width of the lanes that a processor has. */
#include "kernels/lane_product.h"
#include "base/random.h"

#include "gemm_plain.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { ROWS = 27, LANES = 19, COLUMNS = LANES * PMY_LANES, SEGMENTS = 2, DEPTH = 5 };

/* Between segments, B has a row that is not taken. */
static pmy_real a[SEGMENTS][ROWS][DEPTH], b[SEGMENTS][DEPTH + 1][COLUMNS];

static void fill(void)
{
    pmy_random random = {.seed = 1};
    for (size_t i = 0; i < sizeof a / sizeof ***a; i++)
        (&a[0][0][0])[i] = (pmy_real)(2 * pmy_random_uniform(&random) - 1);
    for (size_t i = 0; i < sizeof b / sizeof ***b; i++)
        (&b[0][0][0])[i] = (pmy_real)(2 * pmy_random_uniform(&random) - 1);
}

/* The product of the first rows and some of the columns. */
static pmy_lane_product product(size_t rows, size_t first, size_t columns, bool accumulate, pmy_real *c)
{
    return (pmy_lane_product){
        .rows = rows,
        .columns = columns,
        .segments = SEGMENTS,
        .depth = DEPTH,
        .a = {&a[0][0][0], .segment = (size_t)ROWS * DEPTH, .row = DEPTH, .step = 1},
        .b = {&b[0][0][first], .segment = (size_t)(DEPTH + 1) * COLUMNS, .row = COLUMNS},
        .c = {c + first, COLUMNS},
        .accumulate = accumulate};
}

static void products_are_the_sums(void **state)
{
    (void)state;
    static pmy_real c[ROWS][COLUMNS];
    fill();
    for (size_t rows = 1; rows <= ROWS; rows++)
        for (size_t columns = PMY_LANES; columns <= COLUMNS; columns += PMY_LANES)
            for (int accumulate = 0; accumulate < 2; accumulate++) {
                for (size_t i = 0; i < ROWS; i++)
                    for (size_t j = 0; j < COLUMNS; j++)
                        c[i][j] = 100;
                pmy_lane_product x = product(rows, 0, columns, accumulate, &c[0][0]);
                pmy_lane_multiply(&x);
                for (size_t i = 0; i < ROWS; i++)
                    for (size_t j = 0; j < COLUMNS; j++) {
                        double sum = 100 * (accumulate || i >= rows || j >= columns);
                        for (size_t s = 0; s < SEGMENTS && i < rows && j < columns; s++)
                            for (size_t p = 0; p < DEPTH; p++)
                                sum += (double)a[s][i][p] * (double)b[s][p][j];
                        assert_true(fabs((double)c[i][j] - sum) < 1e-4);
                    }
            }
}

/* A lane at a time has no room for wide ones. */
static void the_width_of_lanes_changes_no_bit(void **state)
{
    (void)state;
    static pmy_real whole[ROWS][COLUMNS], by_lanes[ROWS][COLUMNS];
    fill();
    pmy_lane_product at_once = product(ROWS, 0, COLUMNS, false, &whole[0][0]);
    pmy_lane_multiply(&at_once);
    for (size_t first = 0; first < COLUMNS; first += PMY_LANES) {
        pmy_lane_product one = product(ROWS, first, PMY_LANES, false, &by_lanes[0][0]);
        pmy_lane_multiply(&one);
    }
    assert_memory_equal(whole, by_lanes, sizeof whole);
    for (size_t columns = PMY_LANES; columns <= COLUMNS; columns += PMY_LANES) {
        static pmy_real row[COLUMNS];
        pmy_lane_product alone = product(1, 0, columns, false, row);
        pmy_lane_multiply(&alone);
        assert_memory_equal(row, by_lanes[0], columns * sizeof *row);
    }
}

/* Any number of columns from PMY_LANES on, and nothing behind them. */
static void a_product_without_packing(void **state)
{
    (void)state;
    enum { M = 7, K = 5, LAST = COLUMNS + 3, C_ROW = LAST + 2 };
    static pmy_real left[M * K + 1], right[K * LAST], c[M * C_ROW], expected[M * C_ROW];
    pmy_random random = {.seed = 2};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        left[i] = (pmy_real)pmy_random_uniform(&random);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        right[i] = (pmy_real)pmy_random_uniform(&random);
    for (size_t n = PMY_LANES; n <= LAST; n++)
        for (pmy_gemm_transpose transpose = PMY_PLAIN; transpose <= PMY_TRANSPOSED; transpose++) {
            size_t lda = transpose == PMY_PLAIN ? K : M;
            for (size_t i = 0; i < sizeof c / sizeof *c; i++)
                c[i] = expected[i] = 100;
            pmy_lane_gemm(transpose, M, n, K, left, lda, right, LAST, c, C_ROW);
            pmy_gemm_plain(transpose, PMY_PLAIN, M, n, K, left, lda, right, LAST, false, expected, C_ROW);
            for (size_t i = 0; i < sizeof c / sizeof *c; i++)
                assert_true(fabs((double)(c[i] - expected[i])) < 1e-5);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_the_sums),
        cmocka_unit_test(the_width_of_lanes_changes_no_bit),
        cmocka_unit_test(a_product_without_packing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
