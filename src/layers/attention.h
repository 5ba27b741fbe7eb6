/* Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017). */
#ifndef PMY_LAYERS_ATTENTION_H
#define PMY_LAYERS_ATTENTION_H

#include "tensor/graph.h"

/* {0} is one head that sees every key. */
typedef struct pmy_attention_options {
    size_t heads;   /* side by side in the last axis, as in PyTorch's nn.MultiheadAttention; 0 stands for 1 */
    bool causal;    /* query i sees the keys 0 … i alone; there must be as many keys as queries */
    pmy_node *mask; /* NULL, or integers [batch, keys]: 0 where the key is padding, which no query sees */
} pmy_attention_options;

/* softmax(Q Kᵀ/√dim) V, for every head by itself:
 *
 *   q [batch, queries, heads · dim], k [batch, keys, heads · dim], v [batch, keys, heads · width]
 *   give [batch, queries, heads · width]
 *
 * Options may be NULL. A key that is not seen has a share of exactly 0, and no gradient comes from there; its
 * numbers must be finite all the same. PMY_BAD_DATA from pmy_forward, naming row and position of the query:
 * one that sees no key, or whose scores of the keys it sees are not finite. */
pmy_node *pmy_attention(pmy_graph *graph, pmy_node *q, pmy_node *k, pmy_node *v,
                        const pmy_attention_options *options);

/* The same of q, k and v side by side, as one linear gives them: qkv [batch, time, 3 · heads · dim] gives
 * [batch, time, heads · dim]. */
pmy_node *pmy_attention_packed(pmy_graph *graph, pmy_node *qkv, size_t heads, bool causal);

/* After a forward: the keys [count, heads · dim] and values [count, heads · width] of the first example's
 * first positions. */
void pmy_attention_past_of(const pmy_node *node, size_t count, pmy_real *keys, pmy_real *values);

/* After a forward: what share of its attention each query of a head of an example gives to each key, made
 * anew of q and k: shares [queries, keys]; rows sum to 1. */
void pmy_attention_shares(const pmy_node *node, size_t example, size_t head, pmy_real *shares);

#endif
