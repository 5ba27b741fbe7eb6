#include "data/class_names.h"
#include "data/table.h"
#include "data/table_cell.h"

#include <stdlib.h>
#include <string.h>

/* Where a column is in another file; csv->columns: it is not there. */
static size_t place_in(const pmy_table *table, const pmy_csv *csv, const pmy_table_column *column)
{
    size_t place = 0;
    if (table->named && csv->has_header) {
        while (place < csv->columns && strcmp(csv->name[place], column->name) != 0)
            place++;
        return place;
    }
    /* By its place, before or behind that of a label that may be missing. */
    place = column->place;
    if (csv->columns + 1 == table->file_columns && column != &table->label)
        return place - (place > table->label.place);
    return csv->columns == table->file_columns ? place : csv->columns;
}

static pmy_status find(const pmy_table *table, const pmy_csv *csv, const pmy_table_column *column,
                       size_t *place, pmy_error *error)
{
    *place = place_in(table, csv, column);
    if (*place < csv->columns)
        return PMY_OK;
    if (table->named && csv->has_header)
        return pmy_fail(error, PMY_BAD_FILE, "%.120s: has no column '%s'", csv->path,
                        pmy_cell_show(column->name).text);
    return pmy_fail(error, PMY_BAD_FILE, "%.120s: has %zu columns, but what it is for was learned from %zu",
                    csv->path, csv->columns, table->file_columns);
}

/* Which of the values a text is; `values`: none. */
static size_t value_of(const pmy_table_column *column, const char *text)
{
    size_t i = 0;
    while (i < column->values && strcmp(column->value[i], text) != 0)
        i++;
    return i;
}

static pmy_status unseen(const pmy_table_column *column, const pmy_csv *csv, size_t row, size_t place,
                         pmy_error *error)
{
    return pmy_cell_wrong(error, csv, row, place, "'%s' is none of the %zu values it was learned with",
                          pmy_cell_show(csv->cell[row * csv->columns + place]).text, column->values);
}

/* The numbers that a cell becomes: as many as the column has values, or one. */
static pmy_status fill_cell(const pmy_table_column *column, const pmy_csv *csv, size_t row, size_t place,
                            float *x, pmy_error *error)
{
    const char *cell = csv->cell[row * csv->columns + place];
    size_t width = column->values ? column->values : 1;
    float number;
    pmy_cell_kind kind = pmy_cell_read(cell, &number);
    if (kind == PMY_CELL_MISSING) {
        if (!column->usual)
            return pmy_cell_wrong(error, csv, row, place, "is missing");
        memcpy(x, column->usual, width * sizeof *x);
        return PMY_OK;
    }
    if (column->values == 0) {
        *x = number;
        return kind == PMY_CELL_NUMBER
                   ? PMY_OK
                   : pmy_cell_wrong(error, csv, row, place, "'%s' is no number", pmy_cell_show(cell).text);
    }
    size_t value = value_of(column, cell);
    if (value == width)
        return unseen(column, csv, row, place, error);
    memset(x, 0, width * sizeof *x);
    x[value] = 1;
    return PMY_OK;
}

static pmy_status fill_features(const pmy_table *table, const pmy_csv *csv, size_t features,
                                float *x /* [rows, features] */, pmy_error *error)
{
    for (size_t c = 0; c < table->columns; c++) {
        const pmy_table_column *column = &table->column[c];
        size_t place;
        pmy_status status = find(table, csv, column, &place, error);
        for (size_t row = 0; status == PMY_OK && row < csv->rows; row++)
            status = fill_cell(column, csv, row, place, x + row * features, error);
        if (status != PMY_OK)
            return status;
        x += column->values ? column->values : 1;
    }
    return PMY_OK;
}

static pmy_status fill_labels(const pmy_table *table, const pmy_csv *csv, pmy_dataset *dataset,
                              pmy_error *error)
{
    const pmy_table_column *label = &table->label;
    size_t place;
    pmy_status status = find(table, csv, label, &place, error);
    if (status != PMY_OK)
        return status;
    int32_t *labels = malloc(csv->rows * sizeof *labels);
    dataset->labels = dataset->owned_labels = labels;
    dataset->classes = label->values;
    dataset->owned_names = pmy_class_names_copy(label->values, label->value);
    dataset->names = dataset->owned_names;
    if (!labels || !dataset->names)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its labels", csv->path);
    for (size_t row = 0; row < csv->rows; row++) {
        size_t value = value_of(label, csv->cell[row * csv->columns + place]);
        if (value == label->values)
            return unseen(label, csv, row, place, error);
        labels[row] = (int32_t)value;
    }
    return PMY_OK;
}

static pmy_status fill_targets(const pmy_table *table, const pmy_csv *csv, pmy_dataset *dataset,
                               pmy_error *error)
{
    size_t place;
    pmy_status status = find(table, csv, &table->label, &place, error);
    if (status != PMY_OK)
        return status;
    float *targets = malloc(csv->rows * sizeof *targets);
    dataset->targets = dataset->owned_targets = targets;
    dataset->target_width = 1;
    if (!targets)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its targets", csv->path);
    for (size_t row = 0; status == PMY_OK && row < csv->rows; row++)
        status = fill_cell(&table->label, csv, row, place, &targets[row], error);
    return status;
}

pmy_status pmy_table_dataset(const pmy_table *table, const pmy_csv *csv, bool labelled, pmy_dataset *dataset,
                             pmy_error *error)
{
    size_t features = pmy_table_features(table), size = 0;
    *dataset = (pmy_dataset){.count = csv->rows, .width = features};
    float *x = pmy_size_multiply(csv->rows, features, &size) && size <= SIZE_MAX / sizeof *x
                   ? malloc(size * sizeof *x)
                   : NULL;
    dataset->reals = dataset->owned_reals = x;
    pmy_status status = x ? fill_features(table, csv, features, x, error)
                          : pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its numbers", csv->path);
    if (status == PMY_OK && labelled)
        status = (table->label.values ? fill_labels : fill_targets)(table, csv, dataset, error);
    if (status != PMY_OK)
        pmy_dataset_free(dataset);
    return status;
}
