/* The plain product, which the fast ones are tested against: the sums as they are written in kernels/gemm.h.
 */
#ifndef TESTS_GEMM_PLAIN_H
#define TESTS_GEMM_PLAIN_H

#include "kernels/gemm.h"

void pmy_gemm_plain(pmy_gemm_transpose transpose_a, pmy_gemm_transpose transpose_b, size_t m, size_t n,
                    size_t k, const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate,
                    pmy_real *c, size_t ldc);

#endif
