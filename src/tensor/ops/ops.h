/* The plain ops' builder calls. */
#ifndef PMY_TENSOR_OPS_OPS_H
#define PMY_TENSOR_OPS_OPS_H

#include "tensor/activation.h"

/* c[m, n] = a[m, k] · b[k, n]; b is not a part of the batch. */
pmy_node *pmy_matmul(pmy_graph *graph, pmy_node *a, pmy_node *b);

/* a + b of the same shape, or a[..., n] + b[n]: a bias, added to every row. */
pmy_node *pmy_add(pmy_graph *graph, pmy_node *a, pmy_node *b);

/* a · b, element by element, of the same shape. */
pmy_node *pmy_mul(pmy_graph *graph, pmy_node *a, pmy_node *b);

/* factor · x. */
pmy_node *pmy_scale(pmy_graph *graph, pmy_node *x, double factor);

/* Element by element; activations are in activation.h. */
pmy_node *pmy_exp_of(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_log_of(pmy_graph *graph, pmy_node *x);

/* The sum and the mean of all elements, a scalar. */
pmy_node *pmy_sum(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_mean(pmy_graph *graph, pmy_node *x);

/* The same elements in the same order. The first axis of a batch stays. */
pmy_node *pmy_reshape(pmy_graph *graph, pmy_node *x, pmy_shape shape);

/* Swaps the last two axes: y[..., j, i] = x[..., i, j]. The batch axis stays first. */
pmy_node *pmy_transpose_of(pmy_graph *graph, pmy_node *x);

/* Over the last axis. */
pmy_node *pmy_softmax(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_log_softmax(pmy_graph *graph, pmy_node *x);

#endif
