/* The first layer's filters, as planes of weights: of a convolution its kernels, of a linear layer the rows
 * of weights on pictures. */
#ifndef MNIST_FILTERS_H
#define MNIST_FILTERS_H

#include "data/dataset.h"
#include "tensor/graph.h"

typedef struct filters {
    const pmy_real *weights; /* [count, height, width], the graph's */
    size_t count, height, width;
} filters;

/* Those of a built graph whose first weights look at the dataset's pictures themselves; else count is 0. */
filters filters_of(const pmy_graph *graph, const pmy_dataset *dataset);

/* Their indices [count] in falling order of their Euclidean norm, which the caller frees; NULL: no memory. */
size_t *filters_order(const filters *all);

#endif
