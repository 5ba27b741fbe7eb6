/* Tables of text, out of CSV files as RFC 4180 has them, and as they are about: separated by commas,
 * semicolons or tabs, with or without a header, a byte order mark, and whatever ends a line; gzip or not. */
#ifndef PMY_DATA_CSV_H
#define PMY_DATA_CSV_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum pmy_csv_header {
    PMY_HEADER_GUESSED, /* the first row is one, unless a cell of it is a number */
    PMY_HEADER_THERE,
    PMY_HEADER_ABSENT
} pmy_csv_header;

/* Cells are UTF-8; of those without quotes, spaces at their ends are left out. */
typedef struct pmy_csv {
    const char *path; /* the caller's */
    size_t rows, columns;
    bool has_header;
    const char *const *name; /* [columns]; what has none is "column 1", … */
    const char *const *cell; /* [rows, columns] */
    const size_t *line;      /* [rows]: where in the file the row begins; the first line is 1 */
    void *owned_text, *owned_cells, *owned_names, *owned_lines;
} pmy_csv;

/* `path` must outlive *csv, which is empty after an error. Errors: PMY_IO; PMY_BAD_FILE, with the line (no
 * UTF-8, a quote where none can be or that nothing closes, rows of different lengths, two columns of one
 * name, no rows); PMY_NO_MEMORY. */
pmy_status pmy_csv_read(const char *path, pmy_csv_header header, pmy_csv *csv, pmy_error *error);
void pmy_csv_free(pmy_csv *csv);

#endif
