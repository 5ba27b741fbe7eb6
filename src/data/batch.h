/* A batch: examples of a dataset, gathered by index and turned into scalars. */
#ifndef PMY_DATA_BATCH_H
#define PMY_DATA_BATCH_H

#include "data/augmenter.h"
#include "data/dataset.h"
#include "base/real.h"

/* What is done with the values after they are scaled to 0 … 1; mean 0 and deviation 1: nothing. */
typedef struct pmy_normalization {
    pmy_real mean, deviation;
} pmy_normalization;

/* Whether it can be computed with: PMY_BAD_ARGUMENT for a mean that is not finite, or a deviation that is not
 * above 0. One that is all 0, as in a struct that does not mention it, becomes the one that does nothing. */
pmy_status pmy_normalization_check(pmy_normalization *normalization, pmy_error *error);

/* Fills rows begin … end − 1 of a batch of n rows, so that threads can share a
 * batch; the other rows are not touched:
 *
 *   x[row] = (image[indices[row]] / 255 − mean) / deviation,   labels[row] = label[indices[row]]
 *
 * with indices [n], each below dataset->count; x [n, features]; labels [n], or
 * NULL if nobody needs them. A NULL normalization leaves the values in 0 … 1.
 * Each operation is rounded as written. */
void pmy_gather(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                const pmy_normalization *normalization, pmy_real *x, int32_t *labels);

/* The same, each image augmented as it is for this seed and epoch under its index; with a NULL augmenter, as
 * it is. */
void pmy_gather_augmented(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                          const pmy_normalization *normalization, pmy_augmenter *augmenter, uint64_t seed,
                          uint32_t epoch, pmy_real *x, int32_t *labels);

#endif
