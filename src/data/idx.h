/* IDX files, the format of MNIST: 00 00 and the type of the values, n, then n sizes
 * of four bytes each, the highest byte first, then the values, the same, the last
 * dimension running fastest (http://yann.lecun.com/exdb/mnist/). */
#ifndef PMY_DATA_IDX_H
#define PMY_DATA_IDX_H

#include "io/file.h"

enum { PMY_IDX_MAX_DIMENSIONS = 4 };

typedef enum pmy_idx_type {
    PMY_IDX_UNSIGNED_BYTE = 0x08,
    PMY_IDX_SIGNED_BYTE = 0x09,
    PMY_IDX_SHORT = 0x0b,
    PMY_IDX_INT = 0x0c,
    PMY_IDX_FLOAT = 0x0d,
    PMY_IDX_DOUBLE = 0x0e
} pmy_idx_type;

typedef struct pmy_idx {
    pmy_idx_type type;
    size_t dimensions;
    size_t sizes[PMY_IDX_MAX_DIMENSIONS]; /* of the dimensions there are, each at least 1 */
    const uint8_t *values;                /* [sizes[0], sizes[1], …] of the type, inside file.bytes */
    pmy_file file;                        /* what pmy_file_free gives back; empty where it was not read */
} pmy_idx;

/* What bytes [size] in memory are, which must be IDX with that many dimensions (1 for labels, 3 for images)
 * or one more (QMNIST's labels, colours), and hold exactly the bytes their header says; idx->values is inside
 * them. *idx is empty after an error; every message begins with `name`. Errors: PMY_BAD_FILE. */
pmy_status pmy_idx_parse(const char *name, const uint8_t *bytes, size_t size, size_t dimensions, pmy_idx *idx,
                         pmy_error *error);

/* A value as a number. */
double pmy_idx_value(const pmy_idx *idx, size_t index);

/* Reads the file at `path`, raw or gzip, and parses it. Errors:
 * those of pmy_file_read, too. */
pmy_status pmy_idx_read(const char *path, size_t dimensions, pmy_idx *idx, pmy_error *error);

#endif
