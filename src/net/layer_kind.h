/* The words of the language of nets: what each layer is, measures and builds. A new layer is a row of the
 * table in layer_kind.c. For the net's own files alone. */
#ifndef PMY_NET_LAYER_KIND_H
#define PMY_NET_LAYER_KIND_H

#include "tensor/activation.h"
#include "net/net.h"

struct pmy_layer_kind {
    const char *word;
    pmy_layer_argument argument[PMY_MAX_ARGUMENTS];
    const char *explanation;   /* an activation's is its formula */
    pmy_activation activation; /* of an activation's word */
    bool fuses;                /* takes an activation that stands right after it */
    bool flat;        /* takes [batch, features] alone, so a flatten is put in where one is missing */
    bool images;      /* takes [batch, channels, height, width] alone */
    bool mixes_rows;  /* trains on the numbers that a channel has in the whole batch: two, at least */
    bool group;       /* what opens a residual group; has neither of the functions */
    unsigned indices; /* how many it counts as in PyTorch's nn.Sequential, if not as one */
    /* Fills output, parameters and flops from the input's shape; on an error says what is wrong. */
    pmy_status (*measure)(pmy_layer *layer, pmy_shape input, pmy_error *error);
    pmy_node *(*build)(const pmy_layer *layer, pmy_graph *graph, pmy_node *x, pmy_activation activation);
};

/* The index-th kind, or NULL after the last. */
const pmy_layer_kind *pmy_layer_kind_at(size_t index);

/* The kind of the word, which is there. */
const pmy_layer_kind *pmy_layer_kind_of(const char *word);

#endif
