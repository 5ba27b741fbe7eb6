/* A matrix in a text file: a row on each line, numbers between blanks or commas; # begins a comment. */
#ifndef SOFTMAX_MATRIX_FILE_H
#define SOFTMAX_MATRIX_FILE_H

#include "base/status.h"

#include <stddef.h>

/* elements [rows, columns], at most `most` of each, all finite. PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY. */
pmy_status matrix_file_read(const char *path, size_t most, size_t *rows, size_t *columns,
                            double *elements /* [most, most] */, pmy_error *error);

#endif
