/* Writing a file so that nobody ever sees half of it. The bytes go to a new
 * file beside the one they are meant for; only when all of them have reached
 * the disk does it take that one's place.
 *
 *   pmy_atomic_file output;
 *   status = pmy_atomic_file_begin(path, &output, error);
 *   if (status)
 *       return status;
 *   fputs("…", output.file);
 *   return pmy_atomic_file_end(&output, error);
 */
#ifndef PMY_IO_ATOMIC_FILE_H
#define PMY_IO_ATOMIC_FILE_H

#include "base/status.h"

#include <stdio.h>

typedef struct pmy_atomic_file {
    FILE *file;        /* write here */
    const char *named; /* the path as the caller gave it, for messages */
    char *path;        /* what is replaced: `named` with its symbolic links followed; or `named` */
    char *temporary;   /* what is being written; NULL: the path itself */
} pmy_atomic_file;

/* `path` must outlive the output. What is there already and is no regular
 * file (a terminal, a pipe, /dev/null) cannot be replaced and is written itself.
 * A replaced file keeps its permissions. Errors: PMY_IO, PMY_NO_MEMORY; then
 * there is nothing to end. */
pmy_status pmy_atomic_file_begin(const char *path, pmy_atomic_file *output, pmy_error *error);

/* Puts the new file in the old one's place. On PMY_IO (a write that failed
 * earlier counts too) the old file is as it was and the new one is gone. */
pmy_status pmy_atomic_file_end(pmy_atomic_file *output, pmy_error *error);

/* Gives up: the old file is as it was, the new one is gone. */
void pmy_atomic_file_abandon(pmy_atomic_file *output);

#endif
