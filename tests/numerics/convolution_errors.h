/* How far each way to convolve is from the plain convolution in double, in the float and the double build. */
#ifndef NUMERICS_CONVOLUTION_ERRORS_H
#define NUMERICS_CONVOLUTION_ERRORS_H

#include "pmy64/kernels/convolution.h"

/* Of a tensor's elements: the largest error and the root of the mean square, as shares of the truth's
 * largest element. */
typedef struct tensor_error {
    double largest, root_mean_square;
} tensor_error;

typedef struct convolution_errors {
    tensor_error y, dx, dw;
} convolution_errors;

/* Images x [images, in, height, width], a weight and an upstream gradient dy, all of them floats, and what is
 * right for these. */
typedef struct convolution_truth {
    pmy64_convolution sizes;
    size_t images;
    double *x, *weight, *dy; /* given */
    double *y, *dx, *dw;     /* by the plain convolution in double */
} convolution_truth;

/* False: no memory. Free it either way. */
bool convolution_truth_new(pmy64_convolution sizes, size_t images, convolution_truth *truth);
void convolution_truth_free(convolution_truth *truth);

/* Errors of the way of that name, or of the plain one for "plain". False: there is no such way for the
 * sizes, or no memory. */
bool pmy_convolution_errors(const convolution_truth *truth, const char *way, convolution_errors *errors);
bool pmy64_convolution_errors(const convolution_truth *truth, const char *way, convolution_errors *errors);

#endif
