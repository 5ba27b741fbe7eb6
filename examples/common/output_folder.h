/* A folder that a program fills with files. */
#ifndef COMMON_OUTPUT_FOLDER_H
#define COMMON_OUTPUT_FOLDER_H

#include "common/svg.h"
#include "base/status.h"

#include <stdio.h>

/* Makes the folder, with those it is in, unless it is there; what is in it stays. Errors: PMY_IO,
 * PMY_NO_MEMORY. */
pmy_status output_folder_make(const char *folder, pmy_error *error);

/* The path of a file of that name in the folder, which the caller frees; NULL: no memory. */
char *output_folder_path(const char *folder, const char *name, pmy_error *error);

/* Writes a file of that name in the folder, whole or not at all; `put` writes what it holds. Errors: PMY_IO,
 * PMY_NO_MEMORY. */
pmy_status output_folder_write(const char *folder, const char *name,
                               void (*put)(FILE *file, const void *context), const void *context,
                               pmy_error *error);

/* The same with a picture. */
pmy_status output_folder_draw(const char *folder, const char *name, svg *picture, pmy_error *error);

#endif
