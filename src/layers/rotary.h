/* Rotary positions (Su et al., RoFormer, arXiv:2104.09864): vectors are turned by angles that grow with
 * their position, so that the product of a query and a key depends on how far apart they are. */
#ifndef PMY_LAYERS_ROTARY_H
#define PMY_LAYERS_ROTARY_H

#include "tensor/graph.h"

/* x [batch, time, heads · dim] gives y of the same shape: in each head, for i < dim/2, the pair
 * (x_i, x_{i + dim/2}) turned by the angle position · 10000^(−2i/dim). The halves of a head are paired, as in
 * GPT-NeoX and the LLaMA of Hugging Face, not neighbours as in the paper; dim must be even. `positions` are
 * integers [batch, time] of 0 … most − 1, another being bad data; NULL: 0 … time − 1, whatever `most` is. */
pmy_node *pmy_rotary(pmy_graph *graph, pmy_node *x, size_t heads, pmy_node *positions, size_t most);

#endif
