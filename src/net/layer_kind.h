/* The words of the language of nets: what each layer is and builds. A new layer is a row of the
 * table in layer_kind.c. For the net's own files alone. */
#ifndef PMY_NET_LAYER_KIND_H
#define PMY_NET_LAYER_KIND_H

#include "net/recording.h"

struct pmy_layer_kind {
    const char *word;
    pmy_layer_argument argument[PMY_MAX_ARGUMENTS + 1]; /* the last is none */
    const char *explanation;                            /* an activation's is its formula */
    pmy_activation activation;                          /* of an activation's word */
    bool fuses;                                         /* takes an activation that stands right after it */
    bool flat;        /* takes vectors, so a flatten is put in where images are not flattened yet */
    bool images;      /* takes [batch, channels, height, width] alone */
    bool sequences;   /* takes [batch, time, features] alone */
    bool tokens;      /* takes integers [batch, time] alone, and nothing else does */
    bool attends;     /* positions see each other */
    bool tied;        /* is embed's table once more, which must be there */
    bool random;      /* its weights start random */
    bool table;       /* these are vectors, one for each token or position */
    bool channels;    /* takes axis 1 for channels, which positions of tokens are not */
    char group;       /* of what opens a group, which has no function: what closes it */
    unsigned indices; /* how many it counts as in PyTorch's nn.Sequential, if not as one */
    pmy_node *(*build)(const pmy_layer *layer, pmy_recording *into, pmy_node *x);
};

/* After the last stands one without a word. */
extern const pmy_layer_kind pmy_layer_kinds[];

/* The kind of a word [length], or NULL. */
const pmy_layer_kind *pmy_layer_kind_of(const char *word, size_t length);

#endif
