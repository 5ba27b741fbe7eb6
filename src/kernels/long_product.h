/* Products over many rows, as a layer's weights' gradients are over all vectors of a batch:
 *
 *   C[m, n] = Aᵀ B,   A [k, m], B [k, n]
 *
 * It goes by some rows at a time. Where A or B are columns of a wider matrix, they are copied first, so that
 * a product reads them from a core's cache; what is not there yet comes faster so than when it is multiplied.
 * Each number is the sum of what pmy_lane_gemm gives for these rows, from first to last. */
#ifndef PMY_KERNELS_LONG_PRODUCT_H
#define PMY_KERNELS_LONG_PRODUCT_H

#include "base/real.h"

#include <stddef.h>

/* Rows at a time. Where speed matters, by measurement; elsewhere, so that short samples have several. */
enum { PMY_LONG_CHUNK = PMY_SCALAR == 32 ? 384 : 12 };

/* n: a multiple of PMY_LANES. */
void pmy_long_product(size_t m, size_t n, size_t k, const pmy_real *a, size_t lda, const pmy_real *b,
                      size_t ldb, pmy_real *c, size_t ldc, pmy_real *scratch);

/* How many numbers it needs as scratch. */
size_t pmy_long_product_scratch(size_t m, size_t n);

#endif
