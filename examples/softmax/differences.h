/* Finite differences, as the gradient checks take them. */
#ifndef SOFTMAX_DIFFERENCES_H
#define SOFTMAX_DIFFERENCES_H

#include "pmy64/tensor/graph.h"

/* The derivative of Σ weight · root by every element of a leaf, by differences of forward passes alone, at
 * the values the graph holds. */
pmy_status differences_of(pmy64_graph *graph, pmy64_node *root, const double *weight /* [root] */,
                          pmy64_node *leaf, double *numeric /* [leaf] */, pmy_error *error);

/* The largest |analytic − numeric|, relative to the larger of the two and a thousandth of the largest. */
double differences_error(size_t count, const double *analytic /* [count] */,
                         const double *numeric /* [count] */);

#endif
