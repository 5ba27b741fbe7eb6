/* Labelled images in memory. They stay bytes; a batch becomes scalars when it
 * is gathered (batch.h). */
#ifndef PMY_DATA_DATASET_H
#define PMY_DATA_DATASET_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct pmy_dataset {
    const uint8_t *images; /* [count, channels, height, width] */
    const int32_t *labels; /* [count], each in 0 … classes − 1 */
    size_t count, channels, height, width, classes;
    const char *const *names;                        /* [classes], where classes have names; else NULL */
    void *owned_images, *owned_labels, *owned_names; /* what pmy_dataset_free gives back; NULL in a view */
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

/* Bytes of one image: channels · height · width. */
size_t pmy_dataset_features(const pmy_dataset *dataset);

#endif
