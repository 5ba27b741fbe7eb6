/* Holds the backward pass of a graph against finite differences of its forward pass.
 *
 *   pmy64_gradcheck_result result;
 *   if (pmy64_gradcheck(graph, NULL, &result, &error) == PMY_OK) {
 *       for (size_t i = 0; i < result.count; i++)
 *           ... result.check[i].verdict, .error ...
 *       pmy64_gradcheck_free(&result);
 *   }
 *
 * Use the double build: its differences are good to 1e-9 and better. The float
 * build's are good to about 1e-3, and the quad build's to 1e-14 without a floor, slowly.
 *
 * What is compared are gradients of randomly weighted sums of the root's elements.
 * On the numeric side the outputs are differenced first and weighted then, by
 * central differences with Richardson extrapolation, with steps chosen for each
 * element. Random numbers, such as dropout's masks, and running statistics stay
 * as they are throughout.
 *
 * All of it is done twice, the second time with fewer rows than the batch has; and in both, every gradient
 * must come out right where it is added to that of another user of the same tensor, too.
 *
 * This header includes the library's other public ones: differences alone, and explanations, of a row of
 * softmax, a head of attention and a linear layer, with all their numbers. */
#ifndef PMY_GRADCHECK_GRADCHECK_H
#define PMY_GRADCHECK_GRADCHECK_H

#include "gradcheck/curve.h"
#include "gradcheck/differences.h"
#include "gradcheck/explain.h"
#include "gradcheck/explain_attention.h"
#include "gradcheck/explain_layer.h"
#include "gradcheck/verdict.h"
#include "tensor/graph.h"

/* {0} is the default. */
typedef struct pmy_gradcheck_options {
    uint64_t seed; /* of weights, directions and the choice of elements */
} pmy_gradcheck_options;

typedef struct pmy_gradcheck_result {
    size_t count;
    pmy_check *check; /* [count]: one for each leaf that has a gradient, and what is wrong in other nodes */
    bool passed;      /* all of them; false where there are none */
} pmy_gradcheck_result;

/* A tensor of up to so many elements is checked element by element; a larger
 * one along random directions and at a sample of its elements, in quad, which is slow, at fewer. */
#if PMY_SCALAR == 128
enum { PMY_GRADCHECK_FULL = 128, PMY_GRADCHECK_DIRECTIONS = 8, PMY_GRADCHECK_ELEMENTS = 16 };
#else
enum { PMY_GRADCHECK_FULL = 512, PMY_GRADCHECK_DIRECTIONS = 32, PMY_GRADCHECK_ELEMENTS = 64 };
#endif

/* Checks every parameter and every leaf whose gradient is wanted (pmy_want_gradient), at the values
 * they hold, with the batch the graph has and with the two rows less that the last one of an epoch may have:
 * at least one, or three where rows mix. A smaller batch that pmy_forward refuses is left out; check.fewer
 * says which was taken. The graph is built, and is left as it was, statistics included. Options may be NULL.
 * Errors: what pmy_forward reports at that point; PMY_NO_MEMORY. */
pmy_status pmy_gradcheck(pmy_graph *graph, const pmy_gradcheck_options *options, pmy_gradcheck_result *result,
                         pmy_error *error);
void pmy_gradcheck_free(pmy_gradcheck_result *result);

/* Differentiates with respect to the check's worst element, with its batch, with steps of every size. The
 * worst must be an element, of a leaf. */
pmy_status pmy_gradcheck_curve(pmy_graph *graph, const pmy_gradcheck_options *options, const pmy_check *check,
                               pmy_curve *curve, pmy_error *error);

#endif
