#include "data/shuffle.h"

#include "base/random.h"

pmy_status pmy_epoch_order(pmy_order order, uint64_t seed, uint32_t epoch, size_t count, uint32_t *indices,
                           pmy_error *error)
{
    if (count > UINT32_MAX)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu examples are too many to order: the most is %u", count,
                        UINT32_MAX);
    for (uint32_t i = 0; i < (uint32_t)count; i++)
        indices[i] = i;
    if (order == PMY_ORDER_FILE)
        return PMY_OK;
    /* Fisher and Yates' shuffle, as in Knuth, The Art of Computer Programming
     * 2, 3.4.2, algorithm P. */
    pmy_random random = {.seed = seed, .stream = pmy_stream(PMY_STREAM_SHUFFLE, epoch)};
    for (uint32_t left = (uint32_t)count; left > 1; left--) {
        uint32_t chosen = pmy_random_below(&random, left);
        uint32_t last = indices[left - 1];
        indices[left - 1] = indices[chosen];
        indices[chosen] = last;
    }
    return PMY_OK;
}
