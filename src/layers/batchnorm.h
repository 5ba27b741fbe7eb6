/* Batch normalisation (Ioffe and Szegedy, arXiv:1502.03167), by PyTorch's rules. */
#ifndef PMY_LAYERS_BATCHNORM_H
#define PMY_LAYERS_BATCHNORM_H

#include "tensor/activation.h"

/* x [batch, channels] or [batch, channels, …] gives y of the same shape,
 *
 *   y = f((x − mean)/√(variance + 1e-5) · weight + bias)
 *
 * with each channel's mean and (biased) variance over the batch and all positions in PMY_TRAIN and
 * PMY_REPLAY, and its running ones in PMY_EVAL and PMY_FROZEN. A PMY_TRAIN forward without bad data moves
 * these by a tenth towards the batch's, the variance taken with N − 1.
 *
 * Makes the parameters "weight" (ones) and "bias" (zeros), [channels] each, and the statistics
 * "running_mean" (zeros) and "running_var" (ones), [channels] each, and the counter "num_batches_tracked".
 *
 * Bad data: a batch of one value a channel in PMY_TRAIN and PMY_REPLAY; a channel whose variance is not
 * finite. */
pmy_node *pmy_batchnorm(pmy_graph *graph, pmy_node *x, pmy_activation activation);

/* The same with weight and bias [channels] made before. */
pmy_node *pmy_batchnorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias,
                             pmy_activation activation);

#endif
