/* A file of which nobody ever sees half. */
#ifndef COMMON_WRITTEN_FILE_H
#define COMMON_WRITTEN_FILE_H

#include "base/status.h"

#include <stdio.h>

/* Writes what `of` is made into; that the file takes it all is checked by who calls. */
typedef pmy_status file_writer(FILE *file, const void *of, pmy_error *error);

/* Replaces the file at `path` (io/atomic_file.h), or prints on standard output where that is "-"; all of it
 * or nothing. Errors: the writer's, PMY_IO, PMY_NO_MEMORY. */
pmy_status written_file(const char *path, file_writer *writer, const void *of, pmy_error *error);

#endif
