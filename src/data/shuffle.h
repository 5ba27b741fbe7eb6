/* The order in which an epoch visits the examples. */
#ifndef PMY_DATA_SHUFFLE_H
#define PMY_DATA_SHUFFLE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum pmy_order {
    PMY_ORDER_SHUFFLE, /* a uniformly random permutation */
    PMY_ORDER_FILE     /* 0, 1, 2, … */
} pmy_order;

/* Fills indices [count] with the order of epoch number `epoch`: a function of
 * its arguments alone, so an interrupted run takes up the same order again.
 * Errors: PMY_BAD_ARGUMENT (count is beyond 2³² − 1). */
pmy_status pmy_epoch_order(pmy_order order, uint64_t seed, uint32_t epoch, size_t count, uint32_t *indices,
                           pmy_error *error);

#endif
