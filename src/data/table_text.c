#include "base/number.h"
#include "data/class_names.h"
#include "data/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line says what is of the column before it:
 *
 *   columns 5 named       of the file it was learned from; or unnamed
 *   text 2 fur            a column: its place and name
 *   value brown           one of its values
 *   value grey
 *   usual 0.75 0.25       what stands for a missing one
 *   number 3 weight
 *   class 4 kind          the label, which is the last column, with its values; or target */

/* --- Printing --------------------------------------------------------------- */

static void print_column(FILE *file, const char *kind, const pmy_table_column *column)
{
    (void)fprintf(file, "\n%s %zu %s", kind, column->place, column->name);
    for (size_t i = 0; i < column->values; i++)
        (void)fprintf(file, "\nvalue %s", column->value[i]);
    size_t width = !column->usual ? 0 : column->values ? column->values : 1;
    for (size_t i = 0; i < width; i++)
        (void)fprintf(file, "%s%s", i ? " " : "\nusual ",
                      pmy_number_print((double)column->usual[i], PMY_NUMBER_FLOAT).text);
}

char *pmy_table_print(const pmy_table *table)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    (void)fprintf(file, "columns %zu %s", table->file_columns, table->named ? "named" : "unnamed");
    for (size_t i = 0; i < table->columns; i++)
        print_column(file, table->column[i].values ? "text" : "number", &table->column[i]);
    print_column(file, table->label.values ? "class" : "target", &table->label);
    bool failed = ferror(file) != 0;
    if (fclose(file) == 0 && !failed)
        return text;
    free(text);
    return NULL;
}

/* --- Reading ---------------------------------------------------------------- */

typedef struct reader {
    pmy_table *table;
    char **line; /* [lines] */
    size_t lines, at;
} reader;

/* What follows a word at the beginning of the next line, which is then the one before; NULL: it has another.
 */
static const char *take(reader *r, const char *word)
{
    size_t length = strlen(word);
    if (r->at == r->lines || strncmp(r->line[r->at], word, length) != 0 || r->line[r->at][length] != ' ')
        return NULL;
    return r->line[r->at++] + length + 1;
}

/* A whole number below `end`, and what follows the space behind it; NULL: there is none. */
static const char *take_whole(const char *text, size_t end, size_t *number)
{
    char digits[24];
    uint64_t whole;
    size_t length = strcspn(text, " ");
    if (length >= sizeof digits || text[length] != ' ')
        return NULL;
    (void)snprintf(digits, sizeof digits, "%.*s", (int)length, text);
    if (!pmy_whole_read(digits, &whole) || whole >= end)
        return NULL;
    *number = (size_t)whole;
    return text + length + 1;
}

static bool read_values(reader *r, pmy_table_column *column)
{
    const char *value;
    size_t left = r->lines - r->at;
    column->value = pmy_arena_take(&r->table->arena, left + 1, sizeof *column->value);
    while (column->value && (value = take(r, "value")))
        column->value[column->values++] = value;
    return column->values > 0 &&
           pmy_class_names_check(column->values, (const char *const *)column->value, NULL) == PMY_OK;
}

/* As many finite numbers as the column has. */
static bool read_usual(reader *r, pmy_table_column *column, const char *text)
{
    size_t width = column->values ? column->values : 1;
    double number;
    column->usual = pmy_arena_take(&r->table->arena, width, sizeof *column->usual);
    for (size_t i = 0; column->usual && i < width; i++) {
        size_t length = strcspn(text, " ");
        if (!pmy_number_read(text, length, &number) || !isfinite((float)number) ||
            text[length] != (i + 1 < width ? ' ' : '\0'))
            return false;
        column->usual[i] = (float)number;
        text += length + 1;
    }
    return column->usual != NULL;
}

/* What follows the word of its kind. */
static bool read_column(reader *r, const char *text, bool has_values, pmy_table_column *column)
{
    column->name = take_whole(text, r->table->file_columns, &column->place);
    if (!column->name || pmy_class_name_fault(column->name) || (has_values && !read_values(r, column)))
        return false;
    const char *usual = take(r, "usual");
    return !usual || read_usual(r, column, usual);
}

static bool read_lines(reader *r)
{
    pmy_table *table = r->table;
    const char *text = take(r, "columns");
    text = text ? take_whole(text, SIZE_MAX, &table->file_columns) : NULL;
    if (!text || (strcmp(text, "named") != 0 && strcmp(text, "unnamed") != 0))
        return false;
    table->named = strcmp(text, "named") == 0;
    table->column = pmy_arena_take(&table->arena, r->lines, sizeof *table->column);
    while (table->column) {
        bool has_values = (text = take(r, "text")) != NULL;
        if (!has_values && !(text = take(r, "number")))
            break;
        if (!read_column(r, text, has_values, &table->column[table->columns++]))
            return false;
    }
    bool classes = (text = take(r, "class")) != NULL;
    if (!classes)
        text = take(r, "target");
    return table->columns > 0 && text && read_column(r, text, classes, &table->label) && r->at == r->lines;
}

/* The text in lines of their own, which are the table's. */
static bool divide(reader *r, const char *text)
{
    pmy_arena *arena = &r->table->arena;
    size_t size = strlen(text) + 1, lines = 1;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    char *copy = pmy_arena_take(arena, size, 1);
    r->line = pmy_arena_take(arena, lines, sizeof *r->line);
    if (!copy || !r->line)
        return false;
    memcpy(copy, text, size);
    for (char *at = copy; at;) {
        r->line[r->lines++] = at;
        at = strchr(at, '\n');
        if (at)
            *at++ = '\0';
    }
    return true;
}

pmy_status pmy_table_read(const char *path, const char *text, pmy_table *table, pmy_error *error)
{
    *table = (pmy_table){.columns = 0};
    reader r = {.table = table};
    pmy_status status = PMY_OK;
    if (!divide(&r, text))
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its columns", path);
    else if (!read_lines(&r))
        status = pmy_fail(error, PMY_BAD_FILE, "%s: what it says of its table's columns is damaged", path);
    if (status != PMY_OK)
        pmy_table_free(table);
    return status;
}
