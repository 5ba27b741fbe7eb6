/* The two-dimensional convolution layer, y = f(x ∗ W + b). */
#ifndef PMY_LAYERS_CONV2D_H
#define PMY_LAYERS_CONV2D_H

#include "tensor/activation.h"
#include "kernels/window.h"

/* x [batch, in, height, width] gives y [batch, out, out_height, out_width], with pmy_window_measure of the
 * height and the width. Makes the parameters "weight" [out, in, kernel, kernel] and "bias" [out], both
 * starting uniform in ±1/√(in·kernel·kernel) as in PyTorch. */
pmy_node *pmy_conv2d(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window, pmy_activation activation);

/* The same without a bias. */
pmy_node *pmy_conv2d_nobias(pmy_graph *graph, pmy_node *x, size_t out, pmy_window window,
                            pmy_activation activation);

/* The same with parameters made before, bias NULL: none; window.kernel is weight's. */
pmy_node *pmy_conv2d_with(pmy_graph *graph, pmy_node *x, pmy_node *weight, pmy_node *bias, pmy_window window,
                          pmy_activation activation);

/* How a convolution is computed (convolution.h), "direct", "plane" or "winograd"; NULL for a node of another
 * op. */
const char *pmy_conv2d_algorithm(const pmy_node *node);

#endif
