/* Tables in plain text.
 *
 *   const table_column columns[] = {{"op", TABLE_LEFT}, {"error", TABLE_RIGHT}};
 *   table *results = table_new(columns, 2);
 *   table_cell(results, "%s", "relu");
 *   table_number(results, 3.2e-11, 3);
 *   bool printed = table_print(results, stdout);
 *   table_free(results);
 *
 * A NULL table, which table_new returns when there is no memory, is one that
 * table_print refuses; the other calls take it too. */
#ifndef COMMON_TABLE_H
#define COMMON_TABLE_H

#include "common/terminal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum table_alignment { TABLE_LEFT, TABLE_RIGHT } table_alignment;

typedef struct table_column {
    const char *heading;
    table_alignment alignment;
} table_column;

typedef struct table table;

/* `columns` [count] and their headings must outlive the table; count > 0. */
table *table_new(const table_column *columns, size_t count);
void table_free(table *of);

/* Fills the next cell; the first after a row's last begins a new row. */
#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void
table_cell(table *of, const char *format, ...);

/* Fills the next cell with a number of at most `digits` significant digits, and
 * with "nan", which printf may write "-nan", for what is none. */
void table_number(table *of, double value, int digits);

/* Styles the cell filled last, where colours are welcome. */
void table_style(table *of, terminal_style style);

/* Prints the table, at most as wide as the terminal (80 columns if `file` is
 * none). Columns that do not fit beside the others follow in a block of their own
 * below, beside the first column again, which names the rows; a cell wider
 * than all of that is cut. False if there was no memory or the file did not take it. */
bool table_print(const table *of, FILE *file);

#endif
