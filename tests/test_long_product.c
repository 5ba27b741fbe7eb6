/* Also in double. */
/* Products over many rows, and by panels of turned weights: the bits of plain lane products of the same
 * numbers, wherever they lie. */
#include "base/parts.h"
#include "kernels/lane_product.h"
#include "kernels/long_product.h"
#include "kernels/panels.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM(array) (sizeof(array) / sizeof *(array))

static pmy_real *numbers(size_t count, uint64_t seed)
{
    pmy_real *x = malloc(count * sizeof *x);
    assert_non_null(x);
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < count; i++)
        x[i] = (pmy_real)(2 * pmy_random_uniform(&random) - 1);
    return x;
}

/* C is the columns from 3 on of a wider matrix, whose other numbers stay. */
static void expect_long_product(size_t m, size_t n, size_t k, size_t lda, size_t ldb)
{
    const size_t ldc = n + 5;
    pmy_real *a = numbers(k * lda, 1), *b = numbers(k * ldb, 2);
    pmy_real *c = numbers(m * ldc, 3), *expected = numbers(m * ldc, 3);
    pmy_real *scratch = numbers(pmy_long_product_scratch(m, n), 4);
    pmy_real *chunk = numbers(m * n, 5);
    for (size_t first = 0; first < k; first += PMY_LONG_CHUNK) {
        size_t rows = pmy_at_most(k - first, PMY_LONG_CHUNK);
        pmy_lane_gemm(PMY_TRANSPOSED, m, n, rows, a + first * lda, lda, b + first * ldb, ldb, chunk, n);
        for (size_t i = 0; i < m * n; i++)
            pmy_put(&expected[3 + i / n * ldc + i % n], chunk[i], first > 0);
    }
    free(chunk);
    pmy_long_product(m, n, k, a, lda, b, ldb, c + 3, ldc, scratch);
    assert_memory_equal(c, expected, m * ldc * sizeof *c);
    free(a);
    free(b);
    free(c);
    free(expected);
    free(scratch);
}

static void a_long_product_is_the_sum_of_short_ones(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 11, 12, 383, 384, 385, 900};
    static const size_t wide[][2] = {{0, 0}, {7, 0}, {0, 9}, {512, 300}};
    for (size_t r = 0; r < ROOM(rows); r++)
        for (size_t w = 0; w < ROOM(wide); w++) {
            expect_long_product(5, PMY_LANES, rows[r], 5 + wide[w][0], PMY_LANES + wide[w][1]);
            expect_long_product(40, 16, rows[r], 40 + wide[w][0], 16 + wide[w][1]);
        }
}

static void panels_have_the_bits_of_all_at_once(void **state)
{
    (void)state;
    enum { COUNT = 5, IN = 9, MOST = 4 * PMY_PANEL };
    for (size_t out = PMY_LANES; out < MOST; out++) {
        pmy_real *x = numbers((size_t)COUNT * IN, 1), *w = numbers(out * IN, 2);
        pmy_real *all = numbers(out * IN, 3), *z = numbers(COUNT * out, 4),
                 *expected = numbers(COUNT * out, 4);
        pmy_real *turned = numbers((size_t)2 * PMY_PANEL * IN, 5);
        for (size_t o = 0; o < out; o++)
            for (size_t i = 0; i < IN; i++)
                all[i * out + o] = w[o * IN + i];
        pmy_lane_gemm(PMY_PLAIN, COUNT, out, IN, x, IN, all, out, expected, out);
        size_t next = 0;
        for (size_t p = 0; p < pmy_panel_count(out); p++) {
            pmy_panel panel = pmy_panel_at(p, out);
            assert_int_equal(panel.first, next);
            next += panel.width;
            pmy_panel_turn(panel, IN, w, turned);
            pmy_panel_product(panel, COUNT, IN, x, turned, z, out);
        }
        assert_int_equal(next, out);
        assert_memory_equal(z, expected, COUNT * out * sizeof *z);
        free(x);
        free(w);
        free(all);
        free(z);
        free(expected);
        free(turned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_product_is_the_sum_of_short_ones),
                                       cmocka_unit_test(panels_have_the_bits_of_all_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
