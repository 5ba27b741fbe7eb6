/* A net of a few ops, written out plainly, whose backward passes can be made wrong: for seeing what a
 * gradient check says. The product libraries have no part of it.
 *
 *   h = relu(x W1 + b1), r = x + dropout(h), z = layernorm(r) W2 + b2, loss = softmax_xent(z, y, T)
 */
#ifndef PAGE_BENT_NET_H
#define PAGE_BENT_NET_H

#include "tensor/sample.h"

/* A mistake in one line of a backward pass. */
typedef struct pmy_bug {
    const char *op;    /* whose backward */
    const char *title; /* "the sign" */
    const char *right; /* the line of C as it should be … */
    const char *wrong; /* … and as it is */
    const char *why;   /* how it comes about, and what shows it */
} pmy_bug;

/* Those that there are; the first is none, with nothing but a title. */
extern const pmy_bug pmy_bugs[];
extern const unsigned pmy_bug_count;

/* The net's ops in order, each with its parameters: "linear W1 b1". A bug is in the first of its name. */
extern const char *const pmy_bent_ops[];
extern const unsigned pmy_bent_op_count;

/* Records the net with that bug into sample->graph, for pmy_sample_fill; its loss. */
pmy_node *pmy_bent_net(pmy_sample *sample, unsigned bug);

#endif
