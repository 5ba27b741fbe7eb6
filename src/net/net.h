/* A model from a line of text: layers in order, separated by commas, each a
 * word and its numbers, such as
 *
 *   conv 32 3 stride 2 pad 1, batchnorm, relu, [conv 32 3 pad 1, relu], gap, linear 10
 *
 * Layers in square brackets are a residual group: its value is its input plus what the layers make of it,
 * which must have the input's shape. Those in round ones are a group without that; with a number before it,
 * `4 (…)`, there are as many after one another, each with parameters of its own.
 *
 * A net for tokens begins with embed and may end in tied, whose weights are embed's table:
 *
 *   embed 128, positions, 4 ([layernorm, attention 4], [layernorm, linear 512, gelu, linear 128]), tied
 *
 * `vocab` stands for how many tokens there are: linear vocab. attention is causal.
 *
 * A layer's place in the canonical line is its index in PyTorch's nn.Sequential
 * of the same layers, and so names its parameters: "1.weight", in a group "3.0.weight", in the second copy
 * of one "2.1.0.weight". A flatten that
 * was left out between images and a linear is put in, and counts; a linear takes the vectors of a sequence
 * [time, features] as they are; gap counts as two, a pool and its flatten. The
 * canonical line has named numbers only where they are not what they are when left out. */
#ifndef PMY_NET_NET_H
#define PMY_NET_NET_H

#include "net/layer_argument.h"
#include "tensor/activation.h"

/* A GPT-2 of 24 layers, with dropout, fits. */
enum { PMY_MAX_LAYERS = 288, PMY_MAX_NET_TEXT = 2048, PMY_MAX_NET_DEPTH = 4 };

/* One word of the language. */
typedef struct pmy_layer_kind pmy_layer_kind;

typedef struct pmy_layer {
    const pmy_layer_kind *kind;
    double number[PMY_MAX_ARGUMENTS]; /* the word's numbers, with those that were left out */
    char name[40];                    /* its index, "3"; in a group, after the group's: "3.0" */
    size_t
        inner; /* of a group: how many of the layers that follow are in it, those of groups in it included */
    size_t position, length; /* of the layer in the text it was read from; both 0 for one that was put in */
    pmy_shape output;        /* [batch, …] as read with a batch of 1 */
    size_t parameters;       /* a group's are those of its layers, and not counted again */
    double flops; /* of one example's forward pass: the products with weights and those of attention, beside
                   * which the rest is little; a multiplication and an addition count as two */
} pmy_layer;

typedef struct pmy_net {
    size_t count;
    pmy_layer layer[PMY_MAX_LAYERS]; /* a group stands before its layers */
    pmy_shape input;                 /* [1, …]: one example */
    size_t vocabulary;               /* where examples are tokens [time]: how many there are; else 0 */
    pmy_shape output;                /* [1, …]: of the last layer */
    size_t parameters;               /* of all layers */
    size_t least_batch;              /* examples a batch must have to train on: 2 where a batchnorm has one
                                      * number a channel, else 1 */
    char text[PMY_MAX_NET_TEXT];     /* the canonical line */
} pmy_net;

/* Reads `text` for examples of shape `input` (without the batch axis). Errors:
 * PMY_BAD_NET, with the word's place in error->position and length; PMY_BAD_SHAPE (no examples have this
 * shape); PMY_NO_MEMORY. The shapes are what the layers' own ops say: they are recorded in a graph that is
 * never built. */
pmy_status pmy_net_read(const char *text, pmy_shape input, pmy_net *net, pmy_error *error);

/* The same for examples of `time` tokens, each 0 … vocabulary − 1. */
pmy_status pmy_net_read_tokens(const char *text, size_t time, size_t vocabulary, pmy_net *net,
                               pmy_error *error);

/* The line of the net whose last layer, a linear, has so many outputs: what a preset becomes for other data.
 * The rest of the text stays as it is. Errors: pmy_net_read's; PMY_BAD_NET where the last layer is another,
 * with its place. */
pmy_status pmy_net_with_outputs(const char *text, pmy_shape input, size_t outputs,
                                char line[PMY_MAX_NET_TEXT], pmy_error *error);

/* Whether a layer of the text takes nothing but images, nothing but tokens. */
bool pmy_net_wants_images(const char *text);
bool pmy_net_wants_tokens(const char *text);

/* Of a net for tokens, the first layer that leaves no positions (flatten); NULL: none does, and no layer but
 * attention mixes them. */
const pmy_layer *pmy_net_without_positions(const pmy_net *net);

/* Appends the net's layers to a graph; x is [batch, …input], integers where examples are tokens. Of these
 * there may be fewer than the net was read for, from its first position on, where no layer but attention
 * mixes positions; the parameters are the same. Returns the last node. An activation right after a layer that
 * can compute it (linear, conv, batchnorm) is fused into it. The graph's prefix, if it has one, comes before
 * the names: "encoder.1.weight". */
pmy_node *pmy_net_build(const pmy_net *net, pmy_graph *graph, pmy_node *x);

/* A layer as it stands in the canonical line: "linear 512"; a group without what is in it: "[...]". */
typedef struct pmy_layer_text {
    char text[80];
} pmy_layer_text;
pmy_layer_text pmy_layer_print(const pmy_layer *layer);

/* Its word alone: "linear"; a group's is "[". */
const char *pmy_layer_word(const pmy_layer *layer);

/* Which activation the layer is; PMY_NONE: another layer. */
pmy_activation pmy_layer_activation(const pmy_layer *layer);

/* How the index-th word of the language is used, "maxpool K [stride S] [pad P]", and a line of explanation;
 * false after the last. */
bool pmy_net_word(size_t index, pmy_layer_text *usage, const char **explanation);

#endif
