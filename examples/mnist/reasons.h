/* Which pixels speak for a model's answer. */
#ifndef MNIST_REASONS_H
#define MNIST_REASONS_H

#include "data/fit.h"
#include "train/classifier.h"

/* For each pixel [28, 28] minus the slope of the loss −log p(answer), by central differences: positive where
 * more ink makes the answer surer. Differences, because what a net is when it is asked, without dropout and
 * with running statistics, is not what its backward pass differentiates. */
pmy_status reasons_for(pmy_classifier *classifier, const uint8_t *pixels, size_t answer,
                       double speaks[PMY_FIT_SIDE * PMY_FIT_SIDE], pmy_error *error);

#endif
