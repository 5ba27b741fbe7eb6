#include "softmax/matrix_file.h"

#include "softmax/text_numbers.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads a line as the row after those that are there; a blank line is none. */
static pmy_status read_row(text_place at, char *text, size_t length, size_t most, size_t *rows,
                           size_t *columns, double *elements, pmy_error *error)
{
    bool blank;
    pmy_status status = text_line(at, text, length, &blank, error);
    if (status != PMY_OK || blank)
        return status;
    if (*rows == most)
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: more than %zu rows", at.name, at.line, most);
    double *row = elements + *rows * *columns;
    size_t count = 0;
    status = text_numbers(at, text, "a row", *rows ? *columns : most, &count, row, NULL, error);
    if (status != PMY_OK)
        return status;
    if (*rows > 0 && count != *columns)
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: %zu numbers, but %zu in the rows before", at.name,
                        at.line, count, *columns);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(row[i]))
            return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: number %zu is infinite", at.name, at.line, i + 1);
    *columns = count;
    ++*rows;
    return PMY_OK;
}

static pmy_status read_rows(FILE *file, const char *path, size_t most, size_t *rows, size_t *columns,
                            double *elements, pmy_error *error)
{
    char *text = NULL;
    size_t room = 0;
    pmy_status status = PMY_OK;
    *rows = *columns = 0;
    ssize_t length;
    for (text_place at = {path, 1}; status == PMY_OK && (length = getline(&text, &room, file)) >= 0;
         at.line++)
        status = read_row(at, text, (size_t)length, most, rows, columns, elements, error);
    free(text);
    if (status == PMY_OK && ferror(file))
        status = pmy_fail(error, PMY_IO, "cannot read %s: %s", path, strerror(errno));
    if (status == PMY_OK && *rows == 0)
        status = pmy_fail(error, PMY_BAD_FILE, "%s holds no numbers", path);
    return status;
}

pmy_status matrix_file_read(const char *path, size_t most, size_t *rows, size_t *columns, double *elements,
                            pmy_error *error)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return pmy_fail(error, PMY_IO, "cannot open %s: %s", path, strerror(errno));
    pmy_status status = read_rows(file, path, most, rows, columns, elements, error);
    (void)fclose(file);
    return status;
}
