/* Sample instances of an op: small graphs that checks run on. An op's sample function makes its
 * leaves with the calls below, applies the op and returns the op's node; whoever checks builds the graph and
 * fills the leaves. The numbers drawn are the same in every precision. */
#ifndef PMY_TENSOR_SAMPLE_H
#define PMY_TENSOR_SAMPLE_H

#include "tensor/graph.h"

enum { PMY_MAX_SAMPLE_LEAVES = 8 };

typedef struct pmy_sample_leaf {
    pmy_node *node;
    double low, high; /* values are uniform in [low, high] */
    size_t classes;   /* of integers: all in turn, from a random one on */
    bool sparse;      /* every third column is all zeros */
    bool mask;        /* of integers: the first of a row is not 0 */
} pmy_sample_leaf;

typedef struct pmy_sample {
    pmy_graph *graph;
    const char *note; /* what is special about it, or NULL; set by the sample function */
    size_t leaves;
    pmy_sample_leaf leaf[PMY_MAX_SAMPLE_LEAVES];
} pmy_sample;

/* A batch input whose gradient is wanted. */
pmy_node *pmy_sample_input(pmy_sample *sample, pmy_shape shape, double low, double high);
/* The same for numbers that are not a batch, such as a bias. */
pmy_node *pmy_sample_constant(pmy_sample *sample, pmy_shape shape, double low, double high);
/* A batch input whose gradient is not wanted; the second, with columns of zeros. */
pmy_node *pmy_sample_fixed(pmy_sample *sample, pmy_shape shape, double low, double high);
pmy_node *pmy_sample_sparse_input(pmy_sample *sample, pmy_shape shape, double low, double high);
/* A batch of integers, each below `classes`. */
pmy_node *pmy_sample_integers(pmy_sample *sample, pmy_shape shape, size_t classes);
/* The same of 0 and 1, where the first of each row is 1. */
pmy_node *pmy_sample_mask(pmy_sample *sample, pmy_shape shape);

/* Once the graph is built: values for the leaves. Parameters have theirs
 * already. */
void pmy_sample_fill(const pmy_sample *sample, uint64_t seed);

#endif
