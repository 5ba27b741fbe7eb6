/* Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 2014), scaled while training. */
#ifndef PMY_LAYERS_DROPOUT_H
#define PMY_LAYERS_DROPOUT_H

#include "tensor/graph.h"

/* In training each element of x becomes 0 with probability `rate` in [0, 1),
 * and 1/(1 − rate) times itself otherwise; in evaluation y = x. The masks are a
 * function of the graph's seed, the node and the step alone. */
pmy_node *pmy_dropout(pmy_graph *graph, pmy_node *x, double rate);

#endif
