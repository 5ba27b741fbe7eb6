/* Max pooling. */
#ifndef PMY_LAYERS_MAXPOOL2D_H
#define PMY_LAYERS_MAXPOOL2D_H

#include "kernels/window.h"
#include "tensor/graph.h"

/* The largest number in each window of each channel: x [batch, channels, height, width] gives [batch,
 * channels, rows, columns], with rows and columns as pmy_window_measure has them. A padding is at most half
 * of the kernel and never the largest; a NaN counts as larger than anything. Of equals, the first in reading
 * order gets the gradient. */
pmy_node *pmy_maxpool2d(pmy_graph *graph, pmy_node *x, pmy_window window);

#endif
