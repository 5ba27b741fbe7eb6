/* The data that mnist's commands work on: MNIST, or data in the same form. */
#ifndef MNIST_DATA_H
#define MNIST_DATA_H

#include "data/dataset.h"
#include "tensor/pool.h"

/* The classes and their names. */
enum { DATA_CLASSES = 10 };
extern const char *const data_classes[DATA_CLASSES];

/* Loads both parts of the folder, side by side on `pool`; `train` may be NULL. Errors as pmy_dataset_load's;
 * then both are empty. */
pmy_status data_load(const char *folder, pmy_pool *pool, pmy_dataset *train, pmy_dataset *test,
                     pmy_error *error);

#endif
