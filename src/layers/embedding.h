/* Rows of a table by integers, as words become vectors. */
#ifndef PMY_LAYERS_EMBEDDING_H
#define PMY_LAYERS_EMBEDDING_H

#include "tensor/graph.h"

/* tokens, integers [batch, ...] of one to three axes, each 0 … entries − 1, give [batch, ..., dim]. Makes the
 * parameter "weight" [entries, dim], which starts normal with mean 0 and deviation 1 as in PyTorch. A token
 * that is no entry is bad data: pmy_forward names its row and position. */
pmy_node *pmy_embedding(pmy_graph *graph, pmy_node *tokens, size_t entries, size_t dim);

/* The same with a table made before, [entries, dim], which others may use, too. */
pmy_node *pmy_embedding_with(pmy_graph *graph, pmy_node *tokens, pmy_node *table);

#endif
