/* Average pooling. */
#ifndef PMY_LAYERS_AVGPOOL2D_H
#define PMY_LAYERS_AVGPOOL2D_H

#include "kernels/window.h"
#include "tensor/graph.h"

/* The mean of each window of each channel: x [batch, channels, height, width] gives [batch, channels, rows,
 * columns], with rows and columns as pmy_window_measure has them. A padding is at most half of the kernel and
 * counts as zeros, so that every sum is divided by kernel². */
pmy_node *pmy_avgpool2d(pmy_graph *graph, pmy_node *x, pmy_window window);

#endif
