/* What there is to check: the samples of every op in pmy's list, and whole models. */
#ifndef PMY_GRADCHECK_SUITE_H
#define PMY_GRADCHECK_SUITE_H

#include "gradcheck/examples.h"
#include "gradcheck/gradcheck.h"
#include "tensor/op.h"

/* Called with each outcome as it is found. */
typedef void pmy_check_found(void *context, const pmy_check *check);

/* curve->count must be 0 at first. */
typedef struct pmy_suite {
    uint64_t seed;
    pmy_check_found *found;
    void *context;
    pmy_curve *curve; /* NULL, or where to keep the curve of the element with the largest error of all */
} pmy_suite;

/* Checks a graph that is built and filled, as pmy_gradcheck does, and passes the outcomes on under a name. */
pmy_status pmy_check_graph(const pmy_suite *suite, pmy_graph *graph, const char *name, pmy_error *error);

/* Checks all samples of an op: each as it is; if it is a loss, as a part of a larger sum; and if it is an
 * element-wise op with a kink, at the kink.
 * PMY_BAD_ARGUMENT if the op has no samples. */
pmy_status pmy_check_op(const pmy_suite *suite, const pmy_op *op, pmy_error *error);

/* The same for the op of that name in pmy's list, or for all of them if `name` is NULL. */
pmy_status pmy_check_ops(const pmy_suite *suite, const char *name, pmy_error *error);

/* Checks a model (net/net.h): the gradient of its cross-entropy for every parameter, in a batch of random
 * examples. Where these are of reals, there is a label for each vector that the net ends in, and the input's
 * gradient is checked, too. A net for tokens is checked as the language model that it is trained as
 * (train/language.h), some of whose targets are not there.
 * Errors: PMY_BAD_NET with the place of the word, PMY_BAD_SHAPE, PMY_NO_MEMORY. */
pmy_status pmy_check_net(const pmy_suite *suite, const char *net, const pmy_check_examples *examples,
                         pmy_error *error);

#endif
