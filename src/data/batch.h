/* A batch: examples of a dataset, gathered by index and turned into scalars. */
#ifndef PMY_DATA_BATCH_H
#define PMY_DATA_BATCH_H

#include "data/augmenter.h"
#include "data/normalization.h"

/* Fills rows begin … end − 1 of a batch of n rows, so that threads can share a
 * batch; the other rows are not touched:
 *
 *   x[row] = (image[indices[row]] / 255 − mean) / deviation,   labels[row] = label[indices[row]]
 *
 * (reals instead of images are not divided by 255) with indices [n], each below dataset->count; x [n,
 * features]; labels [n], or NULL if nobody needs them. A NULL normalization leaves the values as they are,
 * those of bytes in 0 … 1. Each operation is rounded as written. */
void pmy_gather(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                const pmy_normalization *normalization, pmy_real *x, int32_t *labels);

/* The same, each image augmented as it is for this seed and epoch under its index; with a NULL augmenter, as
 * it is. */
void pmy_gather_augmented(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                          const pmy_normalization *normalization, pmy_augmenter *augmenter, uint64_t seed,
                          uint32_t epoch, pmy_real *x, int32_t *labels);

/* Fills rows begin … end − 1 of y [n, target_width] with the targets of the same examples, as they are. */
void pmy_gather_targets(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                        pmy_real *y);

#endif
