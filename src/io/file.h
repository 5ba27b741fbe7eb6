/* A file's contents in memory, decompressed where the file is gzip. */
#ifndef PMY_IO_FILE_H
#define PMY_IO_FILE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* The most bytes that are read from a file or expanded from one: just under
 * 4 GiB, so that one byte more still fits a 32-bit size_t. */
#define PMY_FILE_LIMIT ((size_t)0xFFFFFFFE)

typedef struct pmy_file {
    uint8_t *bytes; /* [size]; not NULL even if size is 0 */
    size_t size;
} pmy_file;

/* Reads the regular file at `path` wholly. One that begins with gzip's magic
 * bytes 1f 8b, whatever its name, is decompressed (see gzip.h), and its
 * compressed bytes are given back at once. *file is empty ({NULL, 0}) after an
 * error; every message begins with `path`.
 * Errors: PMY_IO (missing, unreadable, not a regular file), PMY_BAD_FILE (too
 * large; damaged gzip data), PMY_NO_MEMORY. */
pmy_status pmy_file_read(const char *path, pmy_file *file, pmy_error *error);

/* The same, but gzip's bytes are read as any others, for formats that may begin with its magic bytes. */
pmy_status pmy_file_read_as_it_is(const char *path, pmy_file *file, pmy_error *error);

/* Reads what comes from an open descriptor, a pipe or a terminal too, to its end; `name` begins the messages.
 * More than `most` bytes are PMY_BAD_FILE; the rest is as for pmy_file_read. */
pmy_status pmy_file_read_stream(int descriptor, const char *name, size_t most, pmy_file *file,
                                pmy_error *error);

/* Fails with PMY_IO and the message "path: " and `what`, which may be "", and the system's words for a
 * `number` of errno. */
pmy_status pmy_fail_by_system(pmy_error *error, const char *path, const char *what, int number);

/* Gives the memory back and empties *file; an empty one is left as it is. */
void pmy_file_free(pmy_file *file);

#endif
