/* Saliency: which pixels speak for a model's answer. */
#ifndef MNIST_SALIENCY_H
#define MNIST_SALIENCY_H

#include "picture/fit.h"
#include "train/classifier.h"

/* For each pixel [28, 28], in 0 … 1, minus the slope of the loss −log p(answer): p − y carried down to the
 * pixels. Positive where more ink makes the answer surer. The classifier has pictures_gradient. Errors:
 * PMY_BAD_DATA. */
pmy_status saliency_of(pmy_classifier *classifier, const uint8_t *pixels, size_t answer,
                       double saliency[PMY_FIT_SIDE * PMY_FIT_SIDE], pmy_error *error);

#endif
