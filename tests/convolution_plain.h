/* The plain convolution, which the algorithms are tested against: the sums as they are written in
 * kernels/convolution.h. Slow, and plainly right. */
#ifndef TESTS_CONVOLUTION_PLAIN_H
#define TESTS_CONVOLUTION_PLAIN_H

#include "kernels/convolution.h"

void pmy_convolution_plain(const pmy_convolution *c, size_t images,
                           const pmy_real *x,      /* [images, in, height, width] */
                           const pmy_real *weight, /* [out, in, kernel, kernel] */
                           pmy_real *y);           /* [images, out, out_height, out_width] */
/* Adds to dx and dw; either may be NULL. */
void pmy_convolution_plain_backward(const pmy_convolution *c, size_t images, const pmy_real *x,
                                    const pmy_real *dy, const pmy_real *weight, pmy_real *dx, pmy_real *dw);

#endif
