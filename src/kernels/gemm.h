/* Matrix products, row-major:
 *
 *   C[m, n] = op(A)[m, k] · op(B)[k, n] + (accumulate ? C : 0)
 *
 * op transposes where it is told to; lda, ldb, ldc are the distances between
 * the rows of A, B and C as they lie in memory. */
#ifndef PMY_KERNELS_GEMM_H
#define PMY_KERNELS_GEMM_H

#include "base/real.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum pmy_gemm_transpose { PMY_PLAIN, PMY_TRANSPOSED } pmy_gemm_transpose;

/* The Makefile says by which file: gemm_blas.c, by a BLAS, in float and double; gemm_portable.c in
 * quad and, with PORTABLE=1, in all. Every size must fit in an int (PMY_GEMM_MAX); a k of 0 gives
 * zeros. pmy takes no memory for it, but OpenBLAS may: where there is AVX-512, for small products of two
 * plain factors whose n is no multiple of 16. */
#define PMY_GEMM_MAX ((size_t)0x7fffffff)
void pmy_gemm(pmy_gemm_transpose transpose_a, pmy_gemm_transpose transpose_b, size_t m, size_t n, size_t k,
              const pmy_real *a, size_t lda, const pmy_real *b, size_t ldb, bool accumulate, pmy_real *c,
              size_t ldc);

#endif
