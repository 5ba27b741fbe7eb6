/* By a BLAS, OpenBLAS or another, in float and double. */
#include "kernels/gemm.h"

#include <cblas.h>

#if PMY_SCALAR == 32
#define PMY_BLAS_GEMM cblas_sgemm
#else
#define PMY_BLAS_GEMM cblas_dgemm
#endif

void pmy_gemm(pmy_gemm_transpose transpose_a, pmy_gemm_transpose transpose_b, size_t m, size_t n, size_t k,
              const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate, pmy_real *c,
              size_t ldc)
{
    PMY_BLAS_GEMM(CblasRowMajor, transpose_a == PMY_TRANSPOSED ? CblasTrans : CblasNoTrans,
                  transpose_b == PMY_TRANSPOSED ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                  (int)lda, b, (int)ldb, accumulate ? 1 : 0, c, (int)ldc);
}
