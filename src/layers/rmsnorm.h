/* Root mean square normalisation (Zhang and Sennrich, arXiv:1910.07467), as PyTorch's nn.RMSNorm of the last
 * axis. */
#ifndef PMY_LAYERS_RMSNORM_H
#define PMY_LAYERS_RMSNORM_H

#include "tensor/graph.h"

/* x [batch, …, d] gives y of the same shape,
 *
 *   y = x/√(mean of x² + ε) · weight
 *
 * with the mean over the last axis and ε the type's epsilon, PMY_REAL_EPSILON, as nn.RMSNorm has it where it
 * is told none. Makes the parameter "weight" [d] (ones). Bad data: a vector whose mean square is not finite.
 */
pmy_node *pmy_rmsnorm(pmy_graph *graph, pmy_node *x);

/* The same with a weight made before, whose axes are what is normalised over. */
pmy_node *pmy_rmsnorm_with(pmy_graph *graph, pmy_node *x, pmy_node *weight);

#endif
