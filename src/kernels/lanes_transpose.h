/* A matrix turned into rows of whole lanes, as the lane products want their B. */
#ifndef PMY_KERNELS_LANES_TRANSPOSE_H
#define PMY_KERNELS_LANES_TRANSPOSE_H

#include "base/lanes.h"

/* y [columns, rows in whole lanes] = xᵀ of x [rows, columns], whose rows lie x_row apart, and zeros beside
 * it. */
void pmy_lanes_transpose(size_t rows, size_t columns, const pmy_real *x, size_t x_row, pmy_real *y);

#endif
