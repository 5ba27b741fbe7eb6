#include "common/table.h"

#include "common/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#define GAP 2
#define NARROWEST 20
#define FIRST_CAPACITY 64

typedef struct table_text {
    char *text;
    terminal_style style;
} table_text;

struct table {
    const table_column *columns; /* [count] */
    size_t count;
    table_text *cells; /* [rows, count], of which the first `filled` are there */
    size_t filled, capacity;
    bool failed;
};

table *table_new(const table_column *columns, size_t count)
{
    table *made = calloc(1, sizeof *made);
    if (made) {
        made->columns = columns;
        made->count = count;
    }
    return made;
}

void table_free(table *of)
{
    for (size_t i = 0; of && i < of->filled; i++)
        free(of->cells[i].text);
    if (of)
        free(of->cells);
    free(of);
}

/* ---- filling ------------------------------------------------------------ */

static bool make_room(table *of)
{
    if (of->filled < of->capacity)
        return true;
    size_t capacity = of->capacity ? 2 * of->capacity : FIRST_CAPACITY;
    table_text *cells =
        capacity <= SIZE_MAX / sizeof *cells ? realloc(of->cells, capacity * sizeof *cells) : NULL;
    if (!cells)
        return false;
    of->cells = cells;
    of->capacity = capacity;
    return true;
}

/* The formatted text, which the caller frees; NULL: no memory. */
static char *formatted(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

void table_cell(table *of, const char *format, ...)
{
    if (!of || of->failed)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *text = make_room(of) ? formatted(format, arguments) : NULL;
    va_end(arguments);
    if (text)
        of->cells[of->filled++] = (table_text){.text = text};
    else
        of->failed = true;
}

void table_number(table *of, double value, int digits)
{
    if (isnan(value))
        table_cell(of, "nan");
    else
        table_cell(of, "%.*g", digits, value);
}

void table_style(table *of, terminal_style style)
{
    if (of && of->filled)
        of->cells[of->filled - 1].style = style;
}

/* ---- printing ----------------------------------------------------------- */

static size_t row_count(const table *of)
{
    return (of->filled + of->count - 1) / of->count;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How wide each column's widest cell is: widths [count]. Returns the table's width. */
static size_t measure(const table *of, size_t *widths)
{
    for (size_t column = 0; column < of->count; column++)
        widths[column] = utf8_width(of->columns[column].heading);
    for (size_t i = 0; i < of->filled; i++) {
        size_t width = utf8_width(of->cells[i].text), column = i % of->count;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    size_t total = 0;
    for (size_t column = 0; column < of->count; column++)
        total += widths[column] + (column ? GAP : 0);
    return total;
}

/* Makes widths [count] such that the first column and any other fit side by side. */
static void limit_widths(const table *of, size_t *widths, size_t limit)
{
    widths[0] = smaller(widths[0], of->count > 1 ? limit / 2 : limit);
    for (size_t column = 1; column < of->count; column++)
        widths[column] = smaller(widths[column], limit - widths[0] - GAP);
}

static void print_spaces(FILE *file, size_t count)
{
    (void)fprintf(file, "%*s", (int)count, "");
}

typedef struct table_writer {
    const table *of;
    const size_t *widths; /* [count] */
    FILE *file;
    bool colours;
    size_t owed; /* spaces to be written before the next text, so that none end a line */
} table_writer;

static void write_cell(table_writer *writer, size_t column, const char *text, terminal_style style)
{
    size_t room = writer->widths[column], width = smaller(utf8_width(text), room);
    bool right = writer->of->columns[column].alignment == TABLE_RIGHT;
    writer->owed += (column ? GAP : 0) + (right ? room - width : 0);
    if (width) {
        bool styled = writer->colours && style != TERMINAL_PLAIN;
        print_spaces(writer->file, writer->owed);
        (void)fputs(styled ? terminal_sequence(style) : "", writer->file);
        size_t taken = utf8_print(writer->file, text, room);
        (void)fputs(styled ? terminal_sequence(TERMINAL_PLAIN) : "", writer->file);
        writer->owed = width - taken;
    }
    writer->owed += right ? 0 : room - width;
}

static void write_rule(table_writer *writer, size_t column)
{
    print_spaces(writer->file, column ? GAP : 0);
    for (size_t i = 0; i < writer->widths[column]; i++)
        (void)fputs("─", writer->file);
}

static void end_line(table_writer *writer)
{
    (void)fputc('\n', writer->file);
    writer->owed = 0;
}

/* The n-th column of a block that has the first column and those from `from` on. */
static size_t block_column(size_t n, size_t from)
{
    return n == 0 ? 0 : from + n - 1;
}

/* Prints the first column and those from `from` to before `end`. */
static void write_block(table_writer *writer, size_t from, size_t end)
{
    size_t shown = end - from + 1;
    const table *of = writer->of;
    for (size_t n = 0; n < shown; n++) {
        size_t column = block_column(n, from);
        write_cell(writer, column, of->columns[column].heading, TERMINAL_BOLD);
    }
    end_line(writer);
    for (size_t n = 0; n < shown; n++)
        write_rule(writer, block_column(n, from));
    end_line(writer);
    for (size_t row = 0; row < row_count(of); row++) {
        for (size_t n = 0; n < shown; n++) {
            size_t column = block_column(n, from), cell = row * of->count + column;
            if (cell < of->filled)
                write_cell(writer, column, of->cells[cell].text, of->cells[cell].style);
        }
        end_line(writer);
    }
}

/* The first column that fits no more beside the first column and those from `from` on. At least one
 * fits: limit_widths has seen to that. */
static size_t block_end(const table *of, const size_t *widths, size_t from, size_t limit)
{
    size_t total = widths[0], column = from;
    while (column < of->count && total + GAP + widths[column] <= limit) {
        total += GAP + widths[column];
        column++;
    }
    return column;
}

bool table_print(const table *of, FILE *file)
{
    size_t *widths = of && !of->failed ? calloc(of->count, sizeof *widths) : NULL;
    if (!widths)
        return false;
    size_t limit = terminal_width(file);
    limit = limit < NARROWEST ? NARROWEST : limit;
    if (measure(of, widths) > limit)
        limit_widths(of, widths, limit);
    table_writer writer = {.of = of, .widths = widths, .file = file, .colours = terminal_colours(file)};
    size_t from = 1;
    do {
        size_t end = block_end(of, widths, from, limit);
        if (from > 1)
            end_line(&writer);
        write_block(&writer, from, end);
        from = end;
    } while (from < of->count);
    free(widths);
    return !ferror(file);
}
