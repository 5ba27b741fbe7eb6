/* Gzip data (RFC 1952) in memory: one member or several, one after the other. */
#ifndef PMY_IO_GZIP_H
#define PMY_IO_GZIP_H

#include "io/file.h"

#include <stdbool.h>

/* Whether the bytes [size] begin as gzip data do: 1f 8b. */
bool pmy_is_gzip(const uint8_t *bytes, size_t size);

/* Expands gzip data [compressed_size] into *contents, which the caller frees
 * with pmy_file_free. Every member must be whole, its checksum and its length
 * must be right, and nothing else may follow but zeros, as padding. No more memory is asked for than
 * deflate can fill from that many bytes (1032 for one), nor more than
 * PMY_FILE_LIMIT. `path` only begins the messages. *contents is empty after an
 * error.
 * Errors: PMY_BAD_FILE, PMY_NO_MEMORY. */
pmy_status pmy_gzip_expand(const char *path, const uint8_t *compressed, size_t compressed_size,
                           pmy_file *contents, pmy_error *error);

#endif
