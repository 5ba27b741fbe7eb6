#include "page/origin.h"

#include "page/answer.h"
#include "softmax/figure.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 500, KEY = 64, LIST = 600, MOST_LISTED = 6 };

/* Parts are either gathered, or searched for one number. */
struct origin {
    const origin_table *of;
    bool *gathered; /* a flag for each number of all columns, in their order; NULL: search */
    size_t sought;  /* as an index of those */
    bool found;
};

static size_t size_of(const origin_column *column)
{
    return column->rows * column->columns;
}

/* Where the column's numbers begin among those of all. */
static size_t start_of(const origin *to, const char *name, const origin_column **column)
{
    size_t start = 0;
    for (size_t c = 0; c < to->of->count; c++) {
        *column = &to->of->columns[c];
        if (strcmp(to->of->columns[c].name, name) == 0)
            return start;
        start += size_of(&to->of->columns[c]);
    }
    *column = NULL;
    return start;
}

static void add(origin *to, size_t from, size_t count)
{
    if (to->gathered)
        memset(to->gathered + from, true, count);
    else
        to->found |= to->sought >= from && to->sought < from + count;
}

void origin_part(origin *to, const char *column, size_t i)
{
    const origin_column *of;
    size_t start = start_of(to, column, &of);
    if (of && i < size_of(of))
        add(to, start + i, 1);
}

void origin_parts(origin *to, const char *column)
{
    const origin_column *of;
    size_t start = start_of(to, column, &of);
    if (of)
        add(to, start, size_of(of));
}

void origin_say(origin *to, const char *format, ...)
{
    (void)to;
    char line[LINE];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(line, sizeof line, format, values);
    va_end(values);
    answer_next_text(line);
}

/* --- Lists of numbers ----------------------------------------------------- */

static size_t flagged(const bool *flags, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += flags[i];
    return found;
}

static void answer_keys(const origin *to, const char *name, const bool *flags)
{
    char key[KEY];
    answer_texts(name);
    for (size_t c = 0; c < to->of->count; flags += size_of(&to->of->columns[c]), c++) {
        size_t size = size_of(&to->of->columns[c]);
        bool all = flagged(flags, size) == size;
        if (all && size)
            answer_next_text(to->of->columns[c].name);
        for (size_t i = 0; i < size && !all; i++) {
            (void)snprintf(key, sizeof key, "%s.%zu", to->of->columns[c].name, i);
            if (flags[i])
                answer_next_text(key);
        }
    }
}

static void append(char list[LIST], const char *text)
{
    size_t used = strlen(list);
    (void)snprintf(list + used, LIST - used, "%s", text);
}

/* The symbol with its index in place of each #, or letters for all. */
static void append_symbol(char list[LIST], const origin_column *column, size_t i, bool all)
{
    size_t index[2] = {i / column->columns, column->columns > 1 ? i % column->columns : i};
    char part[KEY];
    for (const char *at = column->symbol, *mark; *at; at = *mark ? mark + 1 : mark) {
        static const char *const letters[2] = {"i", "j"};
        size_t which = column->columns > 1 && at != column->symbol;
        mark = at + strcspn(at, "#");
        (void)snprintf(part, sizeof part, "%.*s", (int)(mark - at), at);
        append(list, part);
        (void)snprintf(part, sizeof part, "%zu", index[which]);
        if (*mark)
            append(list, all ? letters[which] : part);
    }
}

static void answer_list(const origin *to, const char *name, const bool *flags)
{
    char list[LIST] = "";
    for (size_t c = 0; c < to->of->count; flags += size_of(&to->of->columns[c]), c++) {
        const origin_column *column = &to->of->columns[c];
        size_t size = size_of(column), count = flagged(flags, size);
        bool all = count > 1 && count == size;
        if (all) {
            append(list, *list ? ", every " : "every ");
            append_symbol(list, column, 0, true);
        }
        for (size_t i = 0, listed = 0; i < size && !all && listed <= MOST_LISTED; i++) {
            if (!flags[i])
                continue;
            append(list, *list ? ", " : "");
            if (listed++ < MOST_LISTED)
                append_symbol(list, column, i, false);
            else
                append(list, "…");
        }
    }
    answer_text(name, list);
}

/* --- The answer ----------------------------------------------------------- */

/* Flags the numbers whose parts the sought one is among. */
static void find_users(origin *to, const void *panel, bool *flags)
{
    for (size_t c = 0; c < to->of->count; c++)
        for (size_t i = 0; i < size_of(&to->of->columns[c]); i++) {
            to->found = false;
            if (to->of->columns[c].parts)
                to->of->columns[c].parts(to, panel, i);
            *flags++ = to->found;
        }
}

static void say_in_full(origin *to, const origin_column *column, size_t i)
{
    origin_say(to, "In full: %s", pmy_number_print(column->values[i], column->precision).text);
}

void origin_answer(const origin_table *of, const char *name, size_t i)
{
    pmy_error error = {0};
    origin gathering = {.of = of}, searching = gathering;
    const origin_column *column, *none;
    size_t start = start_of(&gathering, name, &column), total = start_of(&gathering, "", &none);
    answer_begin();
    if (!column || i >= size_of(column)) {
        (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "there is no number %zu of %s", i, name);
        answer_error(&error);
        return;
    }
    bool *parts = calloc(2 * total, sizeof *parts);
    if (!parts) {
        (void)pmy_fail(&error, PMY_NO_MEMORY, "no memory for %zu numbers", total);
        answer_error(&error);
        return;
    }
    bool *users = parts + total;
    gathering.gathered = parts;
    searching.sought = start + i;
    if (column->parts)
        column->parts(&gathering, of->panel, i);
    find_users(&searching, of->panel, users);
    answer_texts("text");
    column->words(&gathering, of->panel, i);
    say_in_full(&gathering, column, i);
    answer_keys(&gathering, "of", parts);
    answer_keys(&gathering, "into", users);
    answer_list(&gathering, "of_text", parts);
    answer_list(&gathering, "into_text", users);
    free(parts);
}

void origin_numbers(const origin_table *of)
{
    char text[FIGURE_TEXT];
    for (size_t c = 0; c < of->count; c++) {
        const origin_column *column = &of->columns[c];
        int digits = column->digits ? column->digits : FIGURE_DIGITS;
        answer_numbers(column->name, size_of(column), column->values);
        answer_texts(column->text_name);
        for (size_t i = 0; i < size_of(column); i++) {
            double error = column->error ? column->error(of->panel, i) : 0;
            answer_next_text(figure_digits(column->values[i], error, digits, text));
        }
    }
}
