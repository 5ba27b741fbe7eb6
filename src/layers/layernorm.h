/* Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450), as PyTorch's nn.LayerNorm of the same axes.
 */
#ifndef PMY_LAYERS_LAYERNORM_H
#define PMY_LAYERS_LAYERNORM_H

#include "tensor/graph.h"

/* x [batch, …] gives y of the same shape,
 *
 *   y = (x − mean)/√(variance + 1e-5) · weight + bias
 *
 * with the mean and the (biased) variance over the last `axes` axes, at least one and not all. Makes the
 * parameters "weight" (ones) and "bias" (zeros), both of these axes' shape. Bad data: a group of numbers
 * whose variance is not finite. */
pmy_node *pmy_layernorm(pmy_graph *graph, pmy_node *x, unsigned axes);

/* The same without a bias. */
pmy_node *pmy_layernorm_nobias(pmy_graph *graph, pmy_node *x, unsigned axes);

/* The same with weight and bias (or NULL) made before, whose axes are what is normalised over. */
pmy_node *pmy_layernorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias);

#endif
