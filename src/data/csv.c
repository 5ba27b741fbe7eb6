#include "data/csv.h"

#include "base/number.h"
#include "base/utf8.h"
#include "io/file.h"

#include <csv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- A list that grows ------------------------------------------------------ */

typedef struct list {
    void *items;
    size_t count, capacity, size; /* size: of an item */
} list;

/* Room for so many more items at its end, NULL: there is no memory. */
static void *extend(list *of, size_t more)
{
    if (more > of->capacity - of->count) {
        size_t capacity = 2 * of->count + more + 64;
        void *items = capacity <= SIZE_MAX / of->size ? realloc(of->items, capacity * of->size) : NULL;
        if (!items)
            return NULL;
        of->items = items;
        of->capacity = capacity;
    }
    void *end = (char *)of->items + of->count * of->size;
    of->count += more;
    return end;
}

/* --- Reading ---------------------------------------------------------------- */

typedef struct reading {
    const char *path;
    list text;            /* char: each cell and a 0 */
    list cells;           /* size_t: where in the text a cell begins */
    list lines;           /* size_t: where in the file a row begins */
    size_t line;          /* that is being read */
    size_t begun, in_row; /* of the row that is being read: its line, and cells so far */
    size_t columns;       /* 0: there was no row yet */
    pmy_status status;
    pmy_error *error;
} reading;

static void no_memory(reading *r)
{
    r->status = pmy_fail(r->error, PMY_NO_MEMORY, "%s: no memory for its cells", r->path);
}

/* A line and what ends it: \n, \r or both. */
static size_t line_length(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length] != '\n' && text[length] != '\r')
        length++;
    bool both = size - length >= 2 && memcmp(text + length, "\r\n", 2) == 0;
    return length == size ? size : length + 1 + both;
}

static size_t line_ends(const char *text, size_t size)
{
    size_t ends = 0;
    for (size_t at = 0; at < size;) {
        at += line_length(text + at, size - at);
        ends += text[at - 1] == '\n' || text[at - 1] == '\r';
    }
    return ends;
}

static void take_cell(void *bytes, size_t length, void *context)
{
    reading *r = context;
    if (r->status != PMY_OK)
        return;
    size_t at = r->text.count, *cell = extend(&r->cells, 1);
    char *text = extend(&r->text, length + 1);
    if (!cell || !text) {
        no_memory(r);
        return;
    }
    if (length)
        memcpy(text, bytes, length);
    text[length] = '\0';
    *cell = at;
    if (r->in_row++ == 0)
        r->begun = r->line - line_ends(text, length);
}

static void take_row(int end, void *context)
{
    (void)end;
    reading *r = context;
    if (r->status != PMY_OK)
        return;
    if (r->columns == 0)
        r->columns = r->in_row;
    if (r->in_row != r->columns) {
        r->status = pmy_fail(r->error, PMY_BAD_FILE, "%s: line %zu has %zu cells, but the first row has %zu",
                             r->path, r->begun, r->in_row, r->columns);
        return;
    }
    size_t *line = extend(&r->lines, 1);
    if (line)
        *line = r->begun;
    else
        no_memory(r);
    r->in_row = 0;
}

/* What separates cells: the most frequent in the first line. */
static char separator_of(const char *text, size_t size)
{
    static const char separators[] = ",;\t";
    size_t found[sizeof separators] = {0};
    bool quoted = false;
    for (size_t i = 0; i < size && (quoted || (text[i] != '\n' && text[i] != '\r')); i++) {
        const char *one = text[i] ? strchr(separators, text[i]) : NULL;
        if (text[i] == '"')
            quoted = !quoted;
        else if (one && !quoted)
            found[one - separators]++;
    }
    size_t best = 0;
    for (size_t i = 1; separators[i]; i++)
        if (found[i] > found[best])
            best = i;
    return separators[best];
}

/* What can be said of a file that is no text before it is read as one. */
static pmy_status check_text(const char *path, const char *text, size_t size, pmy_error *error)
{
    if (size >= 4 && memcmp(text, "PK\3\4", 4) == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is a spreadsheet's own file: save it as CSV", path);
    if (size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        return pmy_fail(error, PMY_BAD_FILE, "%s: is UTF-16: save it as UTF-8", path);
    size_t valid = pmy_utf8_valid(text, size);
    const char *zero = memchr(text, '\0', valid);
    size_t good = zero ? (size_t)(zero - text) : valid;
    if (good < size)
        return pmy_fail(error, PMY_BAD_FILE, "%s: line %zu is no %s", path, line_ends(text, good) + 1,
                        zero ? "text" : "UTF-8: save it as UTF-8");
    return PMY_OK;
}

/* The parser is given a line at a time, so that it is known where it is. */
static void parse(reading *r, const char *text, size_t size)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        no_memory(r);
        return;
    }
    csv_set_delim(&parser, (unsigned char)separator_of(text, size));
    bool good = true;
    for (size_t at = 0, length; good && r->status == PMY_OK && at < size; at += length) {
        length = line_length(text + at, size - at);
        r->line++;
        good = csv_parse(&parser, text + at, length, take_cell, take_row, r) == length;
    }
    if (good && r->status == PMY_OK)
        good = csv_fini(&parser, take_cell, take_row, r) == 0;
    if (!good && csv_error(&parser) == CSV_ENOMEM)
        no_memory(r);
    else if (!good && r->status == PMY_OK)
        r->status = pmy_fail(r->error, PMY_BAD_FILE,
                             "%s: line %zu: a quote that is not closed, or in a cell that is not quoted",
                             r->path, r->line);
    csv_free(&parser);
}

/* --- What was read ---------------------------------------------------------- */

static bool is_number(const char *cell)
{
    double number;
    return pmy_number_read(cell, strlen(cell), &number);
}

static bool has_header(pmy_csv_header header, size_t columns, const char *const *first /* [columns] */)
{
    bool number = false;
    for (size_t i = 0; i < columns; i++)
        number = number || is_number(first[i]);
    return header == PMY_HEADER_THERE || (header == PMY_HEADER_GUESSED && !number);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names for all columns: those of the header [columns], or NULL where there is none. */
static pmy_status name_columns(pmy_csv *csv, const char *const *header, pmy_error *error)
{
    enum { LONGEST = sizeof "column " + 20 };
    size_t columns = csv->columns;
    /* The names, the same in order, and the texts of those that the file does not name. */
    const char **names = calloc(columns, 2 * sizeof *names + LONGEST);
    csv->name = csv->owned_names = names;
    if (!names)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names of its columns", csv->path);
    const char **sorted = names + columns;
    char *text = (char *)(sorted + columns);
    for (size_t i = 0; i < columns; i++, text += LONGEST) {
        (void)snprintf(text, LONGEST, "column %zu", i + 1);
        sorted[i] = names[i] = header && header[i][0] ? header[i] : text;
    }
    qsort(sorted, columns, sizeof *sorted, compare);
    for (size_t i = 1; i < columns; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return pmy_fail(error, PMY_BAD_FILE, "%s: two columns are called '%.80s'", csv->path, sorted[i]);
    return PMY_OK;
}

/* The lists become the table's; offsets become pointers. */
static pmy_status finish(reading *r, pmy_csv_header header, pmy_csv *csv)
{
    size_t rows = r->lines.count, cells = r->cells.count;
    const size_t *begins = r->cells.items, *lines = r->lines.items;
    if (rows == 0)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: has no rows", r->path);
    const char **cell = malloc(cells * sizeof *cell);
    csv->owned_cells = cell;
    if (!cell) {
        no_memory(r);
        return r->status;
    }
    for (size_t i = 0; i < cells; i++)
        cell[i] = (const char *)r->text.items + begins[i];
    csv->columns = r->columns;
    csv->has_header = has_header(header, r->columns, cell);
    csv->rows = rows - csv->has_header;
    csv->cell = cell + csv->has_header * r->columns;
    csv->line = lines + csv->has_header;
    csv->owned_text = r->text.items, r->text.items = NULL;
    csv->owned_lines = r->lines.items, r->lines.items = NULL;
    if (csv->rows == 0)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: has no row but its header", r->path);
    return name_columns(csv, csv->has_header ? cell : NULL, r->error);
}

pmy_status pmy_csv_read(const char *path, pmy_csv_header header, pmy_csv *csv, pmy_error *error)
{
    pmy_file file;
    *csv = (pmy_csv){.path = path};
    pmy_status status = pmy_file_read(path, &file, error);
    if (status != PMY_OK)
        return status;
    const char *text = (const char *)file.bytes;
    size_t size = file.size;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3, size -= 3;
    reading r = {.path = path,
                 .text.size = 1,
                 .cells.size = sizeof(size_t),
                 .lines.size = sizeof(size_t),
                 .status = check_text(path, text, size, error),
                 .error = error};
    if (r.status == PMY_OK)
        parse(&r, text, size);
    pmy_file_free(&file);
    if (r.status == PMY_OK)
        r.status = finish(&r, header, csv);
    free(r.text.items);
    free(r.cells.items);
    free(r.lines.items);
    if (r.status != PMY_OK)
        pmy_csv_free(csv);
    return r.status;
}

void pmy_csv_free(pmy_csv *csv)
{
    free(csv->owned_text);
    free(csv->owned_cells);
    free(csv->owned_names);
    free(csv->owned_lines);
    *csv = (pmy_csv){.path = NULL};
}
