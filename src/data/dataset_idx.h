/* Datasets of IDX in memory, wherever it came from. */
#ifndef PMY_DATA_DATASET_IDX_H
#define PMY_DATA_DATASET_IDX_H

#include "data/dataset.h"
#include "data/idx.h"

/* First the labels [count] or [count, 1 or 8], whole numbers of any type, the first of a row the class, which
 * are copied, into a dataset that has `classes` and nothing else (0: as many as the labels need); `name`
 * begins messages. Errors: PMY_BAD_FILE (a label of `classes` or more, with its row), PMY_NO_MEMORY. */
pmy_status pmy_dataset_take_labels(const char *name, const pmy_idx *labels, pmy_dataset *dataset,
                                   pmy_error *error);

/* Then as many images [count, height, width] or [count, height, width, 1 or 3]. Grey ones of unsigned bytes
 * stay where they are and must outlive the dataset; others are copied: bytes as bytes, other integers as
 * reals of which 255 become 1, floats as they are. Errors: PMY_BAD_FILE, PMY_NO_MEMORY. */
pmy_status pmy_dataset_take_images(const char *name, const pmy_idx *images, const char *label_name,
                                   pmy_dataset *dataset, pmy_error *error);

#endif
