/* Self-attention with its projections (Vaswani et al., "Attention is all you need", 2017), as PyTorch's
 * nn.MultiheadAttention of x, x, x with batch_first. */
#ifndef PMY_LAYERS_SELF_ATTENTION_H
#define PMY_LAYERS_SELF_ATTENTION_H

#include "tensor/graph.h"

typedef struct pmy_self_attention_options {
    size_t heads;
    bool causal; /* no position sees a later one */
    bool rotary; /* queries and keys are turned by their position; see rotary.h */
    bool nobias;
} pmy_self_attention_options;

/* x [batch, time, d] gives [batch, time, d]. Makes the parameters "in_proj_weight" [3 d, d] (uniform in
 * ±√(6/4d)), "in_proj_bias" [3 d] (zeros), "out_proj.weight" [d, d] (uniform in ±1/√d) and "out_proj.bias"
 * [d] (zeros); the first two are those of q, k and v, in this order. */
pmy_node *pmy_self_attention(pmy_graph *graph, pmy_node *x, const pmy_self_attention_options *options);

/* What a layer remembers of the positions before, to go on from there one by one. */
typedef struct pmy_attention_past {
    pmy_node *position;      /* integers [batch, 1]: of x */
    pmy_node *mask;          /* integers [batch, block]: 1 where there is a position, x's included */
    pmy_node *keys, *values; /* inputs [batch, block, d], of the positions before, finite everywhere; a
                              * forward puts x's into them */
} pmy_attention_past;

/* The same layer at one position: x [batch, 1, d] gives [batch, 1, d]. Of the past, position and mask are
 * given; makes the others. It is causal in any case. */
pmy_node *pmy_self_attention_step(pmy_graph *graph, pmy_node *x, const pmy_self_attention_options *options,
                                  pmy_attention_past *past);

#endif
