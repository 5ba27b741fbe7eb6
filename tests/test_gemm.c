/* Also in double. */
/* Products: those of the build and the plain ones against sums in long double. */
#include "running.h"

#include "gemm_plain.h"

enum { ROOM_SIDE = 160 };

static pmy_real a[ROOM_SIDE * ROOM_SIDE], b[ROOM_SIDE * ROOM_SIDE];
static pmy_real fast[ROOM_SIDE * ROOM_SIDE], plain[ROOM_SIDE * ROOM_SIDE], before[ROOM_SIDE * ROOM_SIDE];

static void fill_array(pmy_real *x, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    for (size_t i = 0; i < (size_t)ROOM_SIDE * ROOM_SIDE; i++)
        x[i] = (pmy_real)(2 * pmy_random_uniform(&random) - 1);
}

typedef struct product {
    pmy_gemm_transpose transpose_a, transpose_b;
    size_t m, n, k, more; /* `more` columns lie between the rows of each */
    bool accumulate;
} product;

static void expect_product(product p)
{
    size_t lda = (p.transpose_a == PMY_PLAIN ? p.k : p.m) + p.more;
    size_t ldb = (p.transpose_b == PMY_PLAIN ? p.n : p.k) + 2 * p.more, ldc = p.n + 3 * p.more;
    /* OpenBLAS insists on it. */
    lda += lda == 0;
    ldb += ldb == 0;
    fill_array(before, 3);
    memcpy(fast, before, sizeof before);
    memcpy(plain, before, sizeof before);
    pmy_gemm(p.transpose_a, p.transpose_b, p.m, p.n, p.k, a, lda, b, ldb, p.accumulate, fast, ldc);
    pmy_gemm_plain(p.transpose_a, p.transpose_b, p.m, p.n, p.k, a, lda, b, ldb, p.accumulate, plain, ldc);
    double epsilon = 4 * (double)PMY_REAL_EPSILON * (double)(p.k + 1);
    for (size_t at = 0; at < (size_t)ROOM_SIDE * ROOM_SIDE; at++) {
        size_t i = at / ldc, j = at % ldc;
        if (i >= p.m || j >= p.n) {
            assert_true(fast[at] == before[at]);
            assert_true(plain[at] == before[at]);
            continue;
        }
        long double sum = p.accumulate ? (long double)before[at] : 0;
        for (size_t l = 0; l < p.k; l++)
            sum += (long double)a[p.transpose_a == PMY_PLAIN ? i * lda + l : l * lda + i] *
                   (long double)b[p.transpose_b == PMY_PLAIN ? l * ldb + j : j * ldb + l];
        expect_close("plain", at, (double)plain[at], (double)sum, epsilon);
        expect_close("fast", at, (double)fast[at], (double)sum, epsilon);
    }
}

static void all_transposes_sizes_and_strides(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{1, 1, 1},    {1, 7, 5},    {7, 1, 5},    {5, 7, 1},     {3, 5, 7},
                                      {16, 16, 16}, {17, 33, 31}, {64, 64, 64}, {33, 10, 129}, {129, 65, 3}};
    fill_array(a, 1);
    fill_array(b, 2);
    for (size_t s = 0; s < ROOM(sizes); s++)
        for (unsigned options = 0; options < 16; options++)
            expect_product((product){options & 1 ? PMY_TRANSPOSED : PMY_PLAIN,
                                     options & 2 ? PMY_TRANSPOSED : PMY_PLAIN, sizes[s][0], sizes[s][1],
                                     sizes[s][2], options & 4 ? 3 : 0, options & 8});
}

static void nothing_to_sum_gives_zeros(void **state)
{
    (void)state;
    for (unsigned options = 0; options < 8; options++)
        for (size_t m = 1; m < 40; m += 19)
            for (size_t n = 1; n < 40; n += 19)
                expect_product((product){options & 1 ? PMY_TRANSPOSED : PMY_PLAIN,
                                         options & 2 ? PMY_TRANSPOSED : PMY_PLAIN, m, n, 0, 5, options & 4});
}

/* What is overwritten is not read: it may be what another graph's step left. */
static void overwriting_forgets_a_nan(void **state)
{
    (void)state;
    fill_array(a, 1);
    fill_array(b, 2);
    for (size_t side = 1; side < 100; side += 49) {
        for (size_t i = 0; i < side * side; i++)
            fast[i] = plain[i] = (pmy_real)NAN;
        pmy_gemm(PMY_PLAIN, PMY_PLAIN, side, side, side, a, side, b, side, false, fast, side);
        pmy_gemm_plain(PMY_PLAIN, PMY_PLAIN, side, side, side, a, side, b, side, false, plain, side);
        for (size_t i = 0; i < side * side; i++)
            assert_true(pmy_is_finite(fast[i]) && pmy_is_finite(plain[i]));
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_transposes_sizes_and_strides),
        cmocka_unit_test(nothing_to_sum_gives_zeros),
        cmocka_unit_test(overwriting_forgets_a_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
