/* Examples in memory, with what is to be learned of them: pictures or rows of a table, of bytes or of reals;
 * labels, or targets for regression. They stay what they are; a batch becomes scalars when it is gathered
 * (batch.h).
 *
 *   const pmy_dataset table = {.reals = x, .targets = y, .count = 506, .width = 13, .target_width = 1};
 */
#ifndef PMY_DATA_DATASET_H
#define PMY_DATA_DATASET_H

#include "base/shape.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Exactly one of images and reals, and at most one of labels and targets: none where a model is only asked.
 * The examples are pictures [channels, height, width]; or, where channels and height are 0, rows [width]. */
typedef struct pmy_dataset {
    const uint8_t *images; /* [count, …example]: 0 … 255 stand for 0 … 1 */
    const int32_t *labels; /* [count], each in 0 … classes − 1 */
    size_t count, channels, height, width, classes;
    const char *const *names;                        /* [classes], where classes have names; else NULL */
    void *owned_images, *owned_labels, *owned_names; /* what pmy_dataset_free gives back; NULL in a view */
    const float *reals;                              /* [count, …example]: taken as they are, all finite */
    const float *targets;                            /* [count, target_width], all finite */
    size_t target_width;
    void *owned_reals, *owned_targets; /* as the others that are owned */
} pmy_dataset;

typedef enum pmy_dataset_part {
    PMY_DATASET_TRAIN, /* train-… */
    PMY_DATASET_TEST   /* t10k-… */
} pmy_dataset_part;

/* Loads a part of MNIST, or of a set in the same form, from the two IDX files
 * in `folder`: [train|t10k]-images-idx3-ubyte [count, height, width] and
 * …-labels-idx1-ubyte [count], with a '.' for the '-' before idx or not, with
 * .gz at the end or not; a name without .gz is preferred. channels becomes 1.
 * `classes` is at least 1. *dataset is empty (all 0) after an error; the
 * message names the file, or the folder and the names that were looked for.
 * Errors: PMY_IO (missing or unreadable), PMY_BAD_FILE (not what the name
 * promises; counts that differ; a label of `classes` or more, with its row),
 * PMY_NO_MEMORY. */
pmy_status pmy_dataset_load(const char *folder, pmy_dataset_part part, size_t classes, pmy_dataset *dataset,
                            pmy_error *error);

/* Gives the memory back and empties *dataset; an empty one or a view is only
 * emptied. */
void pmy_dataset_free(pmy_dataset *dataset);

/* Two views of *whole, which must outlive them: *back is the last `last`
 * examples, *front the ones before. last may be 0; front must not become empty.
 * Errors: PMY_BAD_ARGUMENT. */
pmy_status pmy_dataset_split(const pmy_dataset *whole, size_t last, pmy_dataset *front, pmy_dataset *back,
                             pmy_error *error);

/* The shape of an example, [channels, height, width] or [width]; how many numbers it has. */
pmy_shape pmy_dataset_shape(const pmy_dataset *dataset);
size_t pmy_dataset_features(const pmy_dataset *dataset);

/* Whether there is one kind of examples, with a shape, and of what is to be learned of them; and in the
 * `count` examples from the first on, whether all reals and targets are finite. Errors: PMY_BAD_ARGUMENT;
 * PMY_BAD_DATA, with the example and the column, each counted from 0. */
pmy_status pmy_dataset_check(const pmy_dataset *dataset, size_t first, size_t count, pmy_error *error);

/* A number of all, example after example: a byte in 0 … 1, a real as it is. */
static inline float pmy_dataset_value(const pmy_dataset *dataset, size_t index)
{
    return dataset->images ? (float)dataset->images[index] / 255 : dataset->reals[index];
}

/* An example as a picture to be shown: its bytes, or its reals of 0 … 1 rounded to bytes; what is beyond
 * becomes 0 or 255. */
void pmy_dataset_pixels(const pmy_dataset *dataset, size_t example, uint8_t *pixels /* [features] */);

#endif
