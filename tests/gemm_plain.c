/* Also in double and quad. */
#include "gemm_plain.h"

void pmy_gemm_plain(pmy_gemm_transpose transpose_a, pmy_gemm_transpose transpose_b, size_t m, size_t n,
                    size_t k, const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate,
                    pmy_real *c, size_t ldc)
{
    size_t a_row = transpose_a == PMY_TRANSPOSED ? 1 : lda,
           a_column = transpose_a == PMY_TRANSPOSED ? lda : 1;
    size_t b_row = transpose_b == PMY_TRANSPOSED ? 1 : ldb,
           b_column = transpose_b == PMY_TRANSPOSED ? ldb : 1;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            pmy_real sum = 0;
            for (size_t p = 0; p < k; p++)
                sum += a[i * a_row + p * a_column] * b[p * b_row + j * b_column];
            pmy_put(&c[i * ldc + j], sum, accumulate);
        }
}
