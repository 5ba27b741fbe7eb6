/* In which steps an exported net is computed, and in which buffer each step leaves its numbers. */
#ifndef MNIST_EXPORT_PLAN_H
#define MNIST_EXPORT_PLAN_H

#include "net/net.h"

/* What a group begins with must outlast it, so that each that is open may take a buffer. */
enum { EXPORT_MAX_BUFFERS = PMY_MAX_NET_DEPTH + 2 };

typedef struct export_step {
    const pmy_layer *layer;      /* a group's step is the sum it ends in */
    const pmy_layer *batchnorm;  /* the one multiplied into the layer's weights; NULL: none */
    const pmy_layer *activation; /* computed with the layer; NULL: none */
    pmy_shape input, output;     /* [1, …]: of one example */
    unsigned from, to;           /* buffers; may be the same, of a step that works number by number */
    unsigned begun_with;         /* of a group: the buffer of its input */
    size_t weights, biases;      /* how many of each are written; a batchnorm's are scales and shifts */
} export_step;

typedef struct export_plan {
    size_t count;
    export_step step[PMY_MAX_LAYERS];
    unsigned buffers;
    size_t size[EXPORT_MAX_BUFFERS]; /* numbers in each */
    unsigned result;                 /* the buffer that the logits are in; the pixels are put into 0 */
} export_plan;

void export_plan_make(const pmy_net *net, export_plan *plan);

/* Whether the layer computes nothing once trained (flatten, dropout), and so has no step. */
bool export_computes_nothing(const pmy_layer *layer);

/* Whether the layer's word is this one. */
bool export_is(const pmy_layer *layer, const char *word);

#endif
