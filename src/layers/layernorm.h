/* Layer normalisation (Ba, Kiros and Hinton, arXiv:1607.06450), as PyTorch's nn.LayerNorm(x.shape[1:]). */
#ifndef PMY_LAYERS_LAYERNORM_H
#define PMY_LAYERS_LAYERNORM_H

#include "tensor/graph.h"

/* x [batch, …] gives y of the same shape,
 *
 *   y = (x − mean)/√(variance + 1e-5) · weight + bias
 *
 * with the mean and the (biased) variance of each row by itself. Makes the parameters "weight" (ones) and
 * "bias" (zeros), both of x's shape without the batch. Bad data: a row whose variance is not finite. */
pmy_node *pmy_layernorm(pmy_graph *graph, pmy_node *x);

/* The same with weight and bias made before. */
pmy_node *pmy_layernorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias);

#endif
