/* The data that mnist's commands work on: MNIST, or data in the same form. */
#ifndef MNIST_DATA_H
#define MNIST_DATA_H

#include "base/pool.h"
#include "train/classifier.h"

/* What the classes are called by the model, or else by the folders of the data; NULL: by neither. */
const char *const *data_class_names(const pmy_model_facts *facts, const pmy_dataset *dataset);

/* The same, or "0", "1", …, as the classes of IDX files are called. */
const char *const *data_class_labels(const pmy_model_facts *facts, const pmy_dataset *dataset);

/* Loads both parts of a folder of IDX files, with ten classes, side by side on `pool`, or of a folder of
 * pictures (data/folder.h), and says on stderr what of these was passed over; `train` may be NULL. Errors as
 * pmy_dataset_load's or pmy_folder_load's; then both are empty. */
pmy_status data_load(const char *folder, bool skip_bad, pmy_pool *pool, pmy_dataset *train, pmy_dataset *test,
                     pmy_error *error);

#endif
