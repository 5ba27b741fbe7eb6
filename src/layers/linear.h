/* The fully connected layer, y = f(x Wᵀ + b). */
#ifndef PMY_LAYERS_LINEAR_H
#define PMY_LAYERS_LINEAR_H

#include "tensor/activation.h"

/* x [batch, …, in] gives y [batch, …, out]. Makes the parameters "weight" [out, in] and
 * "bias" [out], both starting uniform in ±1/√in as in PyTorch.
 *
 * Where x is an input (or a reshaped one) whose gradient is not wanted, columns of x that are zero
 * in the whole batch are left out of the products: they add nothing to y, and their weights'
 * gradients are exact zeros. (An infinite or NaN weight of such a column is not seen.) */
pmy_node *pmy_linear(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation activation);

/* The same without a bias, y = f(x Wᵀ). */
pmy_node *pmy_linear_nobias(pmy_graph *graph, pmy_node *x, size_t out, pmy_activation activation);

/* The same with parameters made before: weight [out, in], bias [out] or NULL. */
pmy_node *pmy_linear_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias,
                          pmy_activation activation);

#endif
