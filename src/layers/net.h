/* A model from a line of text: layers in order, separated by commas, each a
 * word and its numbers, such as
 *
 *   linear 512, relu, dropout 0.2, linear 10
 *
 * A layer's place in the canonical line is its index in PyTorch's nn.Sequential
 * of the same layers, and so names its parameters: "1.weight". A flatten that
 * was left out before a linear is put in, and counts. */
#ifndef PMY_LAYERS_NET_H
#define PMY_LAYERS_NET_H

#include "tensor/graph.h"

enum { PMY_MAX_LAYERS = 128, PMY_MAX_NET_TEXT = 2048 };

/* One word of the language. */
typedef struct pmy_layer_kind pmy_layer_kind;

typedef struct pmy_layer {
    const pmy_layer_kind *kind;
    double number;           /* the word's number, if it takes one */
    size_t position, length; /* of the layer in the text it was read from; both 0 for one that was put in */
    pmy_shape output;        /* [batch, …] as read with a batch of 1 */
    size_t parameters;
    double flops; /* of one example's forward pass; a multiplication and an addition count as two */
} pmy_layer;

typedef struct pmy_net {
    size_t count;
    pmy_layer layer[PMY_MAX_LAYERS];
    pmy_shape input;             /* [1, …]: one example */
    size_t parameters;           /* of all layers */
    char text[PMY_MAX_NET_TEXT]; /* the canonical line */
} pmy_net;

/* Reads `text` for examples of shape `input` (without the batch axis). Errors:
 * PMY_BAD_NET, with the word's place in error->position and length. */
pmy_status pmy_net_read(const char *text, pmy_shape input, pmy_net *net, pmy_error *error);

/* Appends the net's layers to a graph; x is [batch, …input]. Returns the last
 * node. An activation right behind a linear is fused into it. The graph's prefix, if it has one, comes before
 * the indices: "encoder.1.weight". */
pmy_node *pmy_net_build(const pmy_net *net, pmy_graph *graph, pmy_node *x);

/* A layer as it stands in the canonical line: "linear 512". */
typedef struct pmy_layer_text {
    char text[64];
} pmy_layer_text;
pmy_layer_text pmy_layer_print(const pmy_layer *layer);

/* The index-th word of the language with a line of explanation, or NULL behind the last. */
const char *pmy_net_word(size_t index, const char **explanation);

#endif
