/* What a cell of a table is: what table.c and table_dataset.c have in common. Nobody else includes this. */
#ifndef PMY_DATA_TABLE_CELL_H
#define PMY_DATA_TABLE_CELL_H

#include "base/words.h"
#include "data/csv.h"

typedef enum pmy_cell_kind { PMY_CELL_MISSING, PMY_CELL_NUMBER, PMY_CELL_TEXT } pmy_cell_kind;

/* A number is one that a float can hold. */
pmy_cell_kind pmy_cell_read(const char *cell, float *number);

/* What a text looks like that was meant as a number or a time; both have digits and nothing but. */
bool pmy_cell_is_decimal_comma(const char *cell); /* 3,14 or 1,000.5 */
bool pmy_cell_is_date(const char *cell); /* 2024-05-31, 31.5.24, 5/31/2024, each with a time or not */

/* A cell as a message can show it. */
pmy_shown_word pmy_cell_show(const char *cell);

/* Fails with PMY_BAD_FILE, after the file, line and column. */
#if defined __GNUC__
__attribute__((format(printf, 5, 6)))
#endif
pmy_status
pmy_cell_wrong(pmy_error *error, const pmy_csv *csv, size_t row, size_t column, const char *format, ...);

#endif
