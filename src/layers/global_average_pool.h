/* Global average pooling (Lin, Chen and Yan, "Network in network", 2014). */
#ifndef PMY_LAYERS_GLOBAL_AVERAGE_POOL_H
#define PMY_LAYERS_GLOBAL_AVERAGE_POOL_H

#include "tensor/graph.h"

/* The mean of each channel: x [batch, channels, height, width] gives [batch, channels]. */
pmy_node *pmy_global_average_pool(pmy_graph *graph, pmy_node *x);

#endif
