/* A leaf's gradient by finite differences alone, element by element, and how far backward's is from it. */
#ifndef PMY_GRADCHECK_DIFFERENCES_H
#define PMY_GRADCHECK_DIFFERENCES_H

#include "tensor/graph.h"

/* The derivative of Σ weight · root by every element of a leaf, at the values the graph holds, which it holds
 * again afterwards. PMY_BAD_DATA: there is no derivative, or a number is not finite; PMY_NO_MEMORY. */
pmy_status pmy_differences(pmy_graph *graph, pmy_node *root, const pmy_real *weight /* [root] */,
                           pmy_node *leaf, pmy_real *numeric /* [leaf] */, pmy_error *error);

/* The largest |analytic − numeric|, relative to the larger of the two and a share of the largest |analytic|
 * (see pmy_gradient_error). */
double pmy_differences_error(size_t count, const pmy_real *analytic /* [count] */,
                             const pmy_real *numeric /* [count] */);

#endif
