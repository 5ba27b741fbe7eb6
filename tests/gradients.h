/* Gradients of op samples and models in each precision, as doubles, for holding one build against
 * another. */
#ifndef TESTS_GRADIENTS_H
#define TESTS_GRADIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum { MAX_TENSORS = 16 };

typedef struct gradients {
    bool refused; /* bad data: a batch of one row, where an op needs more */
    size_t tensors;
    size_t size[MAX_TENSORS];
    double *values[MAX_TENSORS]; /* [size] each; the root's value is the first tensor */
    char name[128];
} gradients;

typedef struct subject {
    size_t op, sample; /* indices */
    const char *net;
    size_t features, classes; /* of the net */
    size_t batch;             /* of the net */
    size_t rows;              /* how many of the batch are used; 0: all */
    unsigned threads;
    uint64_t seed;
} subject;

/* False: there is no such sample. */
typedef bool sample_gradients(const subject *what, gradients *all);
sample_gradients pmy_sample_gradients, pmy64_sample_gradients, pmyq_sample_gradients;

typedef void net_gradients(const subject *what, gradients *all);
net_gradients pmy_net_gradients, pmy64_net_gradients, pmyq_net_gradients;

static inline void gradients_free(gradients *all)
{
    for (size_t t = 0; t < all->tensors; t++)
        free(all->values[t]);
}

#endif
