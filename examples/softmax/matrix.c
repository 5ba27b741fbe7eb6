#include "softmax/matrix.h"

#include "common/table.h"
#include "softmax/figure.h"

#include <stdio.h>
#include <stdlib.h>

enum { LABEL = 64 };

static void write_label(char label[LABEL], matrix_axis axis, size_t i)
{
    char text[FIGURE_TEXT];
    if (axis.values)
        (void)snprintf(label, LABEL, "%s[%zu] = %s", axis.name, i, figure_text(axis.values[i], 0, text));
    else
        (void)snprintf(label, LABEL, "%s[%zu]", axis.name, i);
}

static void fill_rows(const matrix *of, table *into)
{
    for (size_t r = 0; r < of->rows; r++) {
        char label[LABEL], text[FIGURE_TEXT];
        if (of->row.name)
            write_label(label, of->row, r);
        table_cell(into, "%s", of->row.name ? label : of->corner);
        for (size_t c = 0; c < of->columns; c++) {
            size_t at = r * of->columns + c;
            table_cell(into, "%s",
                       figure_text(of->elements[at], of->errors ? of->errors[at] : of->error, text));
        }
    }
}

bool matrix_print(const matrix *of)
{
    table_column *columns = calloc(of->columns + 1, sizeof *columns);
    char(*headings)[LABEL] = calloc(of->columns, sizeof *headings);
    bool printed = false;
    if (columns && headings) {
        columns[0] = (table_column){of->row.name ? of->corner : "", TABLE_LEFT};
        for (size_t c = 0; c < of->columns; c++) {
            if (of->column.name)
                write_label(headings[c], of->column, c);
            columns[c + 1] = (table_column){headings[c], TABLE_RIGHT};
        }
        table *lines = table_new(columns, of->columns + 1);
        fill_rows(of, lines);
        printed = table_print(lines, stdout);
        table_free(lines);
    }
    free(columns);
    free(headings);
    return printed;
}
