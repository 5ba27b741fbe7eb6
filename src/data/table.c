#include "data/table.h"

#include "base/number.h"
#include "data/class_names.h"
#include "data/table_cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A table of fewer rows has columns that only look as if they counted. */
    FEWEST_ROWS = 10,
    MOST_VALUES = 100
};

/* --- Looking at a column ---------------------------------------------------- */

static const char *cell_of(const pmy_csv *csv, size_t row, size_t column)
{
    return csv->cell[row * csv->columns + column];
}

typedef struct look {
    size_t missing, numbers, fractions, texts, dates, commas;
    size_t first_missing, first_text; /* rows */
    bool counts;                      /* each number is the one before and 1 */
    double sum;                       /* of the numbers */
} look;

static look look_at(const pmy_csv *csv, size_t column)
{
    look seen = {.counts = true};
    float number;
    double before = 0; /* a float and 1 may be the same float */
    for (size_t row = 0; row < csv->rows; row++) {
        const char *cell = cell_of(csv, row, column);
        switch (pmy_cell_read(cell, &number)) {
        case PMY_CELL_MISSING:
            if (seen.missing++ == 0)
                seen.first_missing = row;
            break;
        case PMY_CELL_NUMBER:
            seen.counts = seen.counts && (row == 0 ? number == floorf(number) : (double)number == before + 1);
            before = (double)number;
            seen.numbers++;
            seen.fractions += number != floorf(number);
            seen.sum += (double)number;
            break;
        case PMY_CELL_TEXT:
            if (seen.texts++ == 0)
                seen.first_text = row;
            seen.dates += pmy_cell_is_date(cell);
            seen.commas += pmy_cell_is_decimal_comma(cell);
            break;
        }
    }
    seen.counts = seen.counts && seen.numbers == csv->rows && csv->rows >= FEWEST_ROWS;
    return seen;
}

static pmy_status leave_out(pmy_error *error, const pmy_csv *csv, size_t column, const char *why)
{
    const char *name = csv->name[column];
    pmy_shown_word shown = pmy_cell_show(name);
    return pmy_fail(error, PMY_BAD_FILE, "%.120s: column '%s' %s: leave it out with --without '%s'",
                    csv->path, shown.text, why, shown.text);
}

/* Whether a column that is mostly numbers has nothing but. */
static pmy_status check_numbers(const pmy_csv *csv, size_t column, const look *seen, pmy_error *error)
{
    if (seen->texts == 0)
        return PMY_OK;
    const char *cell = cell_of(csv, seen->first_text, column);
    return pmy_cell_wrong(error, csv, seen->first_text, column,
                          pmy_cell_is_decimal_comma(cell)
                              ? "'%s' has a comma: write numbers as 1234.5"
                              : "'%s' is no number that a float can hold, as the others are",
                          pmy_cell_show(cell).text);
}

static pmy_status check_missing(const pmy_csv *csv, size_t column, const look *seen, const char *advice,
                                pmy_error *error)
{
    return seen->missing == 0
               ? PMY_OK
               : pmy_cell_wrong(error, csv, seen->first_missing, column, "is missing%s", advice);
}

/* --- Values of texts -------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Numbers by their size, and before texts. */
static int by_number(const void *a, const void *b)
{
    float left, right;
    pmy_cell_kind left_kind = pmy_cell_read(*(const char *const *)a, &left),
                  right_kind = pmy_cell_read(*(const char *const *)b, &right);
    if (left_kind != right_kind)
        return left_kind < right_kind ? -1 : 1;
    if (left_kind == PMY_CELL_NUMBER && left != right)
        return left < right ? -1 : 1;
    return by_text(a, b);
}

static char *keep(pmy_table *table, const char *text)
{
    char *copy = pmy_arena_take(&table->arena, strlen(text) + 1, 1);
    return copy ? strcpy(copy, text) : NULL;
}

/* The different texts of a column, numbers as they are written, in order. */
static pmy_status take_values(pmy_table *table, const pmy_csv *csv, pmy_table_column *column,
                              pmy_error *error)
{
    const char **all = malloc(csv->rows * sizeof *all);
    size_t count = 0, different = 0;
    float number;
    for (size_t row = 0; all && row < csv->rows; row++) {
        const char *cell = cell_of(csv, row, column->place);
        if (pmy_cell_read(cell, &number) != PMY_CELL_MISSING)
            all[count++] = cell;
    }
    if (count)
        qsort(all, count, sizeof *all, by_number);
    for (size_t i = 0; i < count; i++)
        if (different == 0 || strcmp(all[different - 1], all[i]) != 0)
            all[different++] = all[i];
    column->value = all ? pmy_arena_take(&table->arena, different + 1, sizeof *column->value) : NULL;
    bool kept = column->value != NULL;
    for (size_t i = 0; kept && i < different; i++)
        kept = (column->value[i] = keep(table, all[i])) != NULL;
    column->values = different;
    free(all);
    return kept ? PMY_OK
                : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the values of a column", csv->path);
}

/* What is shown and kept in model files must be fit for a terminal. */
static pmy_status check_text(const pmy_csv *csv, const char *text, pmy_error *error)
{
    const char *fault = pmy_class_name_fault(text);
    return fault ? pmy_fail(error, PMY_BAD_FILE, "%.120s: the text '%s' %s", csv->path,
                            pmy_cell_show(text).text, fault)
                 : PMY_OK;
}

static pmy_status check_texts(const pmy_csv *csv, const pmy_table_column *column, pmy_error *error)
{
    pmy_status status = check_text(csv, column->name, error);
    for (size_t i = 0; status == PMY_OK && i < column->values; i++)
        status = check_text(csv, column->value[i], error);
    return status;
}

/* What stands for a missing cell: the mean of the numbers, or of each value's 0 and 1. */
static pmy_status take_usual(pmy_table *table, const pmy_csv *csv, pmy_table_column *column, const look *seen,
                             pmy_error *error)
{
    size_t width = column->values ? column->values : 1;
    column->usual = pmy_arena_take(&table->arena, width, sizeof *column->usual);
    if (!column->usual)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the means of columns", csv->path);
    if (column->values == 0)
        column->usual[0] = (float)(seen->sum / (double)seen->numbers);
    for (size_t i = 0; i < column->values; i++) {
        size_t count = 0;
        for (size_t row = 0; row < csv->rows; row++)
            count += strcmp(cell_of(csv, row, column->place), column->value[i]) == 0;
        column->usual[i] = (float)((double)count / (double)(csv->rows - seen->missing));
    }
    return PMY_OK;
}

/* --- Columns ---------------------------------------------------------------- */

static pmy_status learn_texts(pmy_table *table, const pmy_csv *csv, pmy_table_column *column,
                              const look *seen, pmy_error *error)
{
    if (seen->dates == seen->texts)
        return leave_out(error, csv, column->place, "holds dates");
    if (seen->commas == seen->texts)
        return check_numbers(csv, column->place, seen, error);
    pmy_status status = take_values(table, csv, column, error);
    size_t present = csv->rows - seen->missing;
    if (status == PMY_OK && column->values == present && present >= FEWEST_ROWS)
        return leave_out(error, csv, column->place, "has another text in each row");
    if (status == PMY_OK && column->values > MOST_VALUES)
        return leave_out(error, csv, column->place, "has more than 100 different texts");
    return status;
}

static pmy_status learn_column(pmy_table *table, const pmy_csv *csv, const pmy_table_options *options,
                               pmy_table_column *column, pmy_error *error)
{
    look seen = look_at(csv, column->place);
    if (seen.missing == csv->rows)
        return leave_out(error, csv, column->place, "has no values");
    if (seen.counts)
        return leave_out(error, csv, column->place, "counts the rows");
    pmy_status status = PMY_OK;
    if (options->missing == PMY_MISSING_REFUSE)
        status =
            check_missing(csv, column->place, &seen, ": --missing mean puts the column's mean there", error);
    if (status == PMY_OK)
        status = seen.numbers >= seen.texts ? check_numbers(csv, column->place, &seen, error)
                                            : learn_texts(table, csv, column, &seen, error);
    if (status == PMY_OK)
        status = check_texts(csv, column, error);
    if (status == PMY_OK && options->missing == PMY_MISSING_MEAN)
        status = take_usual(table, csv, column, &seen, error);
    return status;
}

static pmy_status learn_label(pmy_table *table, const pmy_csv *csv, const pmy_table_options *options,
                              pmy_error *error)
{
    pmy_table_column *label = &table->label;
    look seen = look_at(csv, label->place);
    pmy_status status = check_missing(csv, label->place, &seen, ", but it is what is to be learned", error);
    if (status != PMY_OK)
        return status;
    if (options->regression)
        return check_numbers(csv, label->place, &seen, error);
    status = take_values(table, csv, label, error);
    if (status == PMY_OK)
        status = check_texts(csv, label, error);
    if (status != PMY_OK)
        return status;
    pmy_shown_word name = pmy_cell_show(label->name);
    if (label->values < 2)
        return pmy_fail(error, PMY_BAD_FILE, "%.120s: column '%s' has one class only", csv->path, name.text);
    if (seen.texts && label->values == csv->rows && csv->rows >= FEWEST_ROWS)
        return pmy_fail(error, PMY_BAD_FILE, "%.120s: column '%s' has another text in each row: no classes",
                        csv->path, name.text);
    if (seen.texts == 0 && (seen.fractions || label->values > MOST_VALUES))
        return pmy_fail(error, PMY_BAD_FILE,
                        "%.120s: column '%s' has %zu different numbers: to learn it as a number, and not as "
                        "classes, say --loss mse",
                        csv->path, name.text, label->values);
    return PMY_OK;
}

/* The column that a name or a number, from 1, stands for. */
static pmy_status find_column(const pmy_csv *csv, const char *said, size_t *place, pmy_error *error)
{
    uint64_t number;
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->name[i], said) == 0) {
            *place = i;
            return PMY_OK;
        }
    if (pmy_whole_read(said, &number) && number >= 1 && number <= csv->columns) {
        *place = (size_t)number - 1;
        return PMY_OK;
    }
    return pmy_fail(error, PMY_BAD_ARGUMENT, "%.120s: has no column '%s'; the first of its %zu is '%s'",
                    csv->path, pmy_cell_show(said).text, csv->columns, pmy_cell_show(csv->name[0]).text);
}

/* Which columns are left: `out` [csv->columns] says of each whether it is not. */
static pmy_status choose_columns(pmy_table *table, const pmy_csv *csv, const pmy_table_options *options,
                                 bool *out, pmy_error *error)
{
    size_t place = csv->columns - 1;
    pmy_status status = options->label ? find_column(csv, options->label, &place, error) : PMY_OK;
    table->label.place = place;
    for (size_t i = 0; status == PMY_OK && i < options->without_count; i++) {
        status = find_column(csv, options->without[i], &place, error);
        if (status == PMY_OK && place == table->label.place)
            status = pmy_fail(error, PMY_BAD_ARGUMENT,
                              "%.120s: column '%s' is to be learned and cannot be left out", csv->path,
                              pmy_cell_show(csv->name[place]).text);
        out[place] = true;
    }
    if (status != PMY_OK)
        return status;
    out[table->label.place] = true;
    table->column = pmy_arena_take(&table->arena, csv->columns, sizeof *table->column);
    table->label.name = keep(table, csv->name[table->label.place]);
    bool kept = table->column && table->label.name;
    for (size_t i = 0; kept && i < csv->columns; i++)
        if (!out[i]) {
            pmy_table_column *column = &table->column[table->columns++];
            column->place = i;
            kept = (column->name = keep(table, csv->name[i])) != NULL;
        }
    if (!kept)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its columns", csv->path);
    return table->columns ? PMY_OK
                          : pmy_fail(error, PMY_BAD_ARGUMENT, "%.120s: has no column to learn '%s' from",
                                     csv->path, pmy_cell_show(table->label.name).text);
}

pmy_status pmy_table_learn(const pmy_csv *csv, const pmy_table_options *options, pmy_table *table,
                           pmy_error *error)
{
    bool *out = calloc(csv->columns, sizeof *out);
    *table = (pmy_table){.file_columns = csv->columns, .named = csv->has_header};
    pmy_status status = out ? choose_columns(table, csv, options, out, error)
                            : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its columns", csv->path);
    free(out);
    if (status == PMY_OK)
        status = learn_label(table, csv, options, error);
    for (size_t i = 0; status == PMY_OK && i < table->columns; i++)
        status = learn_column(table, csv, options, &table->column[i], error);
    if (status != PMY_OK)
        pmy_table_free(table);
    return status;
}

void pmy_table_free(pmy_table *table)
{
    pmy_arena_free(&table->arena);
    *table = (pmy_table){.columns = 0};
}

size_t pmy_table_features(const pmy_table *table)
{
    size_t features = 0;
    for (size_t i = 0; i < table->columns; i++)
        features += table->column[i].values ? table->column[i].values : 1;
    return features;
}
