/* Datasets out of folders of pictures, one sub-folder a class. */
#ifndef PMY_DATA_FOLDER_H
#define PMY_DATA_FOLDER_H

#include "data/dataset.h"

#include <stdbool.h>

/* Has the folder sub-folders, and no file whose name ends as those of IDX files do? */
bool pmy_is_folder_of_pictures(const char *folder);

/* Loads every picture of the sub-folders, made into a digit (digit.h) of 28×28. The sub-folders in the order
 * of their names are classes 0, 1, …; names that begin with a dot are passed over. If the folder holds
 * `train` and `test`, these hold the classes, both the same; else a sixth of each class, drawn by `seed`, is
 * for testing: of n pictures (n + 3) / 6, but at least one. `train` may be NULL. Both are empty after an
 * error. Errors: PMY_IO, PMY_BAD_FILE (a picture that cannot be read, a class without pictures or with only
 * one to divide, one class only, classes that differ), PMY_NO_MEMORY. */
pmy_status pmy_folder_load(const char *folder, uint64_t seed, pmy_dataset *train, pmy_dataset *test,
                           pmy_error *error);

#endif
