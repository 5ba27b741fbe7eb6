/* Small matrix products in lanes, for what convolutions and small linear layers need of them:
 *
 *   C[i, j] (+)= Σ_s Σ_p A[s, i, p] · B[s, p, j]
 *
 * with A's numbers anywhere at fixed distances, as the overlapping windows of an image are, and B and C
 * in rows of whole lanes; B's rows, too, may overlap. */
#ifndef PMY_KERNELS_LANE_PRODUCT_H
#define PMY_KERNELS_LANE_PRODUCT_H

#include "kernels/gemm.h"
#include "base/lanes.h"

typedef struct pmy_lane_product {
    size_t rows, columns;   /* of C; columns: a multiple of PMY_LANES */
    size_t segments, depth; /* how many s and p */
    struct {
        const pmy_real *from;
        size_t segment, row, step; /* from one s, i, p to the next */
    } a;
    struct {
        const pmy_real *from;
        size_t segment, row; /* from one s, p to the next */
    } b;                     /* [segments, depth, columns] */
    struct {
        pmy_real *to;
        size_t row; /* from one i to the next */
    } c;            /* [rows, columns] */
    bool accumulate;
} pmy_lane_product;

void pmy_lane_multiply(const pmy_lane_product *product);

/* C[m, n] = op(A)[m, k] · B[k, n], as pmy_gemm does with a plain B; n at least PMY_LANES. Nothing is packed:
 * faster where B stays in a core's cache, and while C has some tens of rows or k is some tens. */
void pmy_lane_gemm(pmy_gemm_transpose transpose_a, size_t m, size_t n, size_t k, const pmy_real *a,
                   size_t lda, const pmy_real *b, size_t ldb, pmy_real *c, size_t ldc);

#endif
