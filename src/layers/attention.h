/* Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017). */
#ifndef PMY_LAYERS_ATTENTION_H
#define PMY_LAYERS_ATTENTION_H

#include "tensor/graph.h"

/* softmax(Q Kᵀ/√dim) V, for every head by itself:
 *
 *   q [batch, heads, queries, dim], k [batch, heads, keys, dim], v [batch, heads, keys, width]
 *   give [batch, heads, queries, width]
 *
 * The heads' axis may be left out of all three. Causal: query i sees the keys 0 … i alone, and there must
 * be as many keys as queries. */
pmy_node *pmy_attention(pmy_graph *graph, pmy_node *q, pmy_node *k, pmy_node *v, bool causal);

/* After a forward: what share of its attention each query gives to each key,
 * [batch, heads, queries, keys]; rows sum to 1. */
pmy_tensor pmy_attention_shares(const pmy_node *node);

#endif
