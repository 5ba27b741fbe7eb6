/* What is in a folder of pictures, and what in it is none of its business. */
#ifndef PMY_DATA_FOLDER_LIST_H
#define PMY_DATA_FOLDER_LIST_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* What was passed over: how many, and the path of the first, cut where it is too long. */
typedef struct pmy_strays {
    size_t count;
    char first[256];
} pmy_strays;

typedef struct pmy_folder_list {
    char **path; /* [count], in the order of their names */
    size_t count;
} pmy_folder_list;

/* Lists sub-folders that may hold pictures; files, and folders that systems and archivers put there
 * (`__MACOSX`), are strays. Names that begin with a dot are not counted. *list, which pmy_folder_list_free
 * empties, is empty after an error. Errors: PMY_IO, PMY_NO_MEMORY. */
pmy_status pmy_list_folders(const char *folder, pmy_folder_list *list, pmy_strays *strays, pmy_error *error);

/* The same for pictures: files that are named as pictures, and those that decode as such. All else is a
 * stray. */
pmy_status pmy_list_pictures(const char *folder, pmy_folder_list *list, pmy_strays *strays, pmy_error *error);

/* Is there a file whose name is that of an IDX file? */
bool pmy_holds_idx(const char *folder);

void pmy_folder_list_free(pmy_folder_list *list);

/* Takes what is at one place out of the list and counts it as a stray, unless `strays` is NULL. */
void pmy_folder_list_pass(pmy_folder_list *list, size_t index, pmy_strays *strays);

/* The last part of a path that has a '/'. */
const char *pmy_name_of(const char *path);

#endif
