/* What examples a model is checked with, in words that are the same in every precision. */
#ifndef PMY_GRADCHECK_EXAMPLES_H
#define PMY_GRADCHECK_EXAMPLES_H

#include "base/shape.h"

/* {0} is the default. What is 0 stands for what suits the net. */
typedef struct pmy_check_examples {
    size_t batch;    /* examples; 0: PMY_CHECK_BATCH */
    pmy_shape shape; /* of one of reals; PMY_SCALAR_SHAPE: a row of PMY_CHECK_FEATURES numbers, or, for
                      * a net that wants images, PMY_CHECK_IMAGE */
    size_t time,
        vocabulary; /* tokens in one, and how many different ones there are. If neither is given, they
                     * are for a net that wants tokens: PMY_CHECK_TIME and PMY_CHECK_VOCABULARY */
} pmy_check_examples;

enum { PMY_CHECK_BATCH = 4, PMY_CHECK_FEATURES = 16, PMY_CHECK_TIME = 8, PMY_CHECK_VOCABULARY = 7 };
#define PMY_CHECK_IMAGE PMY_SHAPE(1, 12, 12)

#endif
