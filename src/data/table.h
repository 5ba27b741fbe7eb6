/* How the columns of a table become numbers: which are numbers and which are texts, whose values have a
 * column of 0 and 1 each ("one-hot"); what stands for what is missing; and what is to be learned. It is found
 * out from the rows to train on, and holds for all others.
 *
 *   pmy_csv_read("iris.csv", PMY_HEADER_GUESSED, &csv, &error);
 *   pmy_table_learn(&csv, &(pmy_table_options){.label = "species"}, &table, &error);
 *   pmy_table_dataset(&table, &csv, true, &dataset, &error); */
#ifndef PMY_DATA_TABLE_H
#define PMY_DATA_TABLE_H

#include "base/arena.h"
#include "data/csv.h"
#include "data/dataset.h"

typedef enum pmy_missing {
    PMY_MISSING_REFUSE,
    PMY_MISSING_MEAN /* a column's mean; of a text's 0 and 1 their shares */
} pmy_missing;

typedef struct pmy_table_options {
    const char *label;          /* a column's name, or its number, from 1; NULL: the last */
    const char *const *without; /* [without_count]: columns to be left out, as label's */
    size_t without_count;
    bool regression; /* the label is a number; otherwise a class, whatever it looks like */
    pmy_missing missing;
} pmy_table_options;

typedef struct pmy_table_column {
    const char *name;
    size_t place;       /* in the file it was learned from, from 0 */
    size_t values;      /* of texts: how many different ones there are; of numbers: 0 */
    const char **value; /* [values], in order */
    float *usual;       /* [values], or one number: what stands for a missing one; NULL: it is refused */
} pmy_table_column;

typedef struct pmy_table {
    pmy_table_column *column; /* [columns], without the label, in the file's order */
    size_t columns;
    pmy_table_column label; /* its values are the classes; without values it is a number */
    size_t file_columns;    /* of the file it was learned from */
    bool named;             /* whether that had a header: then columns are found by their names */
    pmy_arena arena;        /* of all of it */
} pmy_table;

/* How many numbers an example has. */
size_t pmy_table_features(const pmy_table *table);

/* Finds out what the columns are. A missing cell is empty, ?, NA, N/A, null or NaN. Errors: PMY_BAD_FILE,
 * with line and column and what to do (a number among texts or a text among numbers, a decimal comma,
 * something missing; columns that tell nothing of other rows: numbers that count the rows, dates, texts that
 * are all different), PMY_BAD_ARGUMENT (no such column, nothing to learn from), PMY_NO_MEMORY. *table is
 * empty then. */
pmy_status pmy_table_learn(const pmy_csv *csv, const pmy_table_options *options, pmy_table *table,
                           pmy_error *error);
void pmy_table_free(pmy_table *table);

/* The rows as a dataset of reals, with labels and the names of their classes, or with targets; or, where
 * `labelled` is false, with neither: the label's column may then be missing. Errors: PMY_BAD_FILE (a column
 * that is missing, a cell that is no number or a text that is none of the values), PMY_NO_MEMORY. *dataset is
 * empty then. */
pmy_status pmy_table_dataset(const pmy_table *table, const pmy_csv *csv, bool labelled, pmy_dataset *dataset,
                             pmy_error *error);

#endif
