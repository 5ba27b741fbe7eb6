/* The plain ops' builder calls. */
#ifndef PMY_TENSOR_OPS_OPS_H
#define PMY_TENSOR_OPS_OPS_H

#include "tensor/activation.h"

/* c[m, n] = a[m, k] · b[k, n]; b is not a part of the batch. */
pmy_node *pmy_matmul(pmy_graph *graph, pmy_node *a, pmy_node *b);

/* a + b, a − b, a · b, a / b and the larger and smaller of a and b, element by element, broadcast as in
 * NumPy: shapes are aligned at the last axis, and one that has 1 or nothing along an axis is repeated there;
 * [batch, time, d] and [d], [time, d], [batch, 1, d] or a scalar give [batch, time, d]. The batch's axis must
 * be the first of the result, and is 1 or missing in what is not of the batch. */
pmy_node *pmy_add(pmy_graph *graph, pmy_node *a, pmy_node *b);
pmy_node *pmy_sub(pmy_graph *graph, pmy_node *a, pmy_node *b);
pmy_node *pmy_mul(pmy_graph *graph, pmy_node *a, pmy_node *b);
pmy_node *pmy_div(pmy_graph *graph, pmy_node *a, pmy_node *b);
/* Where both are equal, each gets half of the gradient. */
pmy_node *pmy_maximum(pmy_graph *graph, pmy_node *a, pmy_node *b);
pmy_node *pmy_minimum(pmy_graph *graph, pmy_node *a, pmy_node *b);

/* factor · x. */
pmy_node *pmy_scale(pmy_graph *graph, pmy_node *x, double factor);

/* Element by element; activations are in activation.h. */
pmy_node *pmy_exp(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_log(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_sqrt(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_square(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_abs(pmy_graph *graph, pmy_node *x); /* its gradient is 0 where x is */

/* The sum and the mean of all elements, a scalar. */
pmy_node *pmy_sum(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_mean(pmy_graph *graph, pmy_node *x);

/* The same elements in the same order. The first axis of a batch stays. */
pmy_node *pmy_reshape(pmy_graph *graph, pmy_node *x, pmy_shape shape);

/* Along an axis, which may be any but the batch's; a negative one is counted from the end, −1 is the last. */

/* Swaps two axes. */
pmy_node *pmy_transpose(pmy_graph *graph, pmy_node *x, int a, int b);
/* `count` nodes, up to PMY_MAX_INPUTS, side by side; their shapes are equal but for that axis. */
pmy_node *pmy_concat(pmy_graph *graph, unsigned count, pmy_node *const inputs[], int axis);
/* Of that axis, begin … end − 1. */
pmy_node *pmy_slice(pmy_graph *graph, pmy_node *x, int axis, size_t begin, size_t end);
/* The largest along an axis, which goes away. A NaN is larger than any number; of equal ones the first has
 * the gradient. */
pmy_node *pmy_max(pmy_graph *graph, pmy_node *x, int axis);

/* Puts row [batch, 1, d] into a cache [batch, block, d], in the place of the one at the position, integers
 * [batch, 1] of 0 … block − 1; another is bad data. The cache, which nothing else may use, keeps the row. */
pmy_node *pmy_put_row(pmy_graph *graph, pmy_node *cache, pmy_node *row, pmy_node *position);

/* Over the last axis. */
pmy_node *pmy_softmax(pmy_graph *graph, pmy_node *x);
pmy_node *pmy_log_softmax(pmy_graph *graph, pmy_node *x);

#endif
