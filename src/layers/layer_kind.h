/* The words of the language of nets: what each layer is, measures and builds. A new layer is a row of the
 * table in layer_kind.c. For net.c alone. */
#ifndef PMY_LAYERS_LAYER_KIND_H
#define PMY_LAYERS_LAYER_KIND_H

#include "layers/activation.h"
#include "layers/net.h"

/* What number stands behind a word. */
typedef enum pmy_layer_number { PMY_NO_NUMBER, PMY_COUNT, PMY_RATE } pmy_layer_number;

struct pmy_layer_kind {
    const char *word;
    pmy_layer_number number;
    const char *explanation;
    pmy_activation activation; /* of an activation's word */
    bool fuses;                /* takes an activation that stands right behind it */
    bool flat; /* takes [batch, features] alone, so a flatten is put in where one is missing */
    /* Fills output, parameters and flops from the input's shape; on an error says what is wrong. */
    pmy_status (*measure)(pmy_layer *layer, pmy_shape input, pmy_error *error);
    pmy_node *(*build)(const pmy_layer *layer, pmy_graph *graph, pmy_node *x, pmy_activation activation);
};

/* The index-th kind, or NULL behind the last. */
const pmy_layer_kind *pmy_layer_kind_at(size_t index);

/* The kind of the word, which is there. */
const pmy_layer_kind *pmy_layer_kind_of(const char *word);

/* Reads a number as nets have it, with a dot in any locale; false: it is none. */
bool pmy_layer_number_read(const char *text, size_t length, double *number);

#endif
