/* What there is to check: the samples of every op in pmy's list, and whole models. */
#ifndef PMY_GRADCHECK_SUITE_H
#define PMY_GRADCHECK_SUITE_H

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

/* Checks all samples of an op: each as it is; if it is a loss, as a part of a larger sum; and if it is an
 * element-wise op with a kink, at the kink.
 * PMY_BAD_ARGUMENT if the op has no samples. */
pmy_status pmy_check_op(const pmy_suite *suite, const pmy_op *op, pmy_error *error);

/* The same for the op of that name in pmy's list, or for all of them if `name` is NULL. */
pmy_status pmy_check_ops(const pmy_suite *suite, const char *name, pmy_error *error);

/* Checks a model (net/net.h): the gradient of its cross-entropy, with a label for each vector that it ends
 * in, for every parameter and the input, in a batch of PMY_NET_ROWS random examples of that shape.
 * PMY_SCALAR_SHAPE: a row of PMY_NET_FEATURES numbers, or, for a net that wants images, PMY_NET_IMAGE.
 * Errors: PMY_BAD_NET with the place of the word, PMY_BAD_SHAPE, PMY_NO_MEMORY. */
enum { PMY_NET_ROWS = 4, PMY_NET_FEATURES = 16 };
#define PMY_NET_IMAGE PMY_SHAPE(1, 12, 12)
pmy_status pmy_check_net(const pmy_suite *suite, const char *net, pmy_shape example, pmy_error *error);

#endif
