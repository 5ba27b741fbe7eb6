/* Datasets out of folders of pictures, one sub-folder a class. */
#ifndef PMY_DATA_FOLDER_H
#define PMY_DATA_FOLDER_H

#include "data/dataset.h"
#include "data/folder_list.h"

#include <stdbool.h>

/* Has the folder sub-folders, and no file whose name ends as those of IDX files do? */
bool pmy_is_folder_of_pictures(const char *folder);

typedef struct pmy_folder_options {
    uint64_t seed; /* of the division */
    bool skip_bad; /* leave out pictures that cannot be read, where otherwise the first is an error */
} pmy_folder_options;

/* What of a folder is not in the datasets. */
typedef struct pmy_folder_notes {
    pmy_strays strays;   /* files that are no pictures, folders that are no classes */
    size_t bad;          /* pictures that were left out */
    pmy_error first_bad; /* why the first was, with its path; where bad > 0 */
} pmy_folder_notes;

/* Loads every picture of the sub-folders, made into a digit (digit.h) of 28×28. The sub-folders in the order
 * of their names are classes 0, 1, …; names that begin with a dot are passed over, and what folder_list.h
 * calls strays is passed over and counted. If the folder holds `train` or `training` beside `test` or
 * `testing`, in any case, these hold the classes, both the same, and other folders are strays; else a sixth
 * of each class, drawn by `seed`, is for testing: of n pictures (n + 3) / 6, but at least one. `train` may be
 * NULL. Both are empty after an error. Errors: PMY_IO, PMY_BAD_FILE (a picture that cannot be read, a class
 * without pictures or with only one to divide, one class only, classes that differ), PMY_NO_MEMORY. */
pmy_status pmy_folder_load(const char *folder, const pmy_folder_options *options, pmy_dataset *train,
                           pmy_dataset *test, pmy_folder_notes *notes, pmy_error *error);

#endif
