/* The pictures of pixels in a report: digits, and filters. */
#ifndef MNIST_REPORT_PICTURES_H
#define MNIST_REPORT_PICTURES_H

#include "mnist/report_parts.h"

/* The index-th picture of the dataset as its file has it, its first channel. Errors: PMY_NO_MEMORY. */
pmy_status report_digit(const pmy_dataset *dataset, size_t index, png *picture, pmy_error *error);

/* The first layer's filters, those with the largest weights (by their Euclidean norm) first: of a
 * convolution its kernels [out, in, k, k], of a linear layer the rows of weights on pictures of
 * channels · height · width numbers. Positive weights in one colour, negative in another, each filter in
 * proportion to its own largest. Errors: PMY_NO_MEMORY. */
pmy_status report_draw_filters(const pmy_graph *graph, const pmy_dataset *dataset, report_filters *filters,
                               pmy_error *error);

#endif
