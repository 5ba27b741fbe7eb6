#include "data/table_cell.h"

#include "base/number.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

pmy_cell_kind pmy_cell_read(const char *cell, float *number)
{
    static const char *const missing[] = {"", "?", "NA", "N/A", "null", "NULL", "NaN", "nan"};
    double wide;
    *number = 0;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strcmp(cell, missing[i]) == 0)
            return PMY_CELL_MISSING;
    const char *digits = cell + (cell[0] == '+' && cell[1] != '-');
    if (!pmy_number_read(digits, strlen(digits), &wide) || !isfinite((float)wide))
        return PMY_CELL_TEXT;
    *number = (float)wide;
    return PMY_CELL_NUMBER;
}

/* How many digits there are. */
static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

bool pmy_cell_is_decimal_comma(const char *cell)
{
    const char *at = cell + strspn(cell, "+-");
    size_t commas = 0;
    for (; digits_at(at) || (*at == ',' && digits_at(at + 1)); at++)
        commas += *at == ',';
    if (*at == '.')
        at += 1 + digits_at(at + 1);
    return commas && *at == '\0';
}

/* Three numbers with the same mark between two of them, one of which may be a year; what follows a space or a
 * T is a time. */
bool pmy_cell_is_date(const char *cell)
{
    const char *at = cell;
    size_t longest = 0;
    char mark = '\0';
    for (int part = 0; part < 3; part++) {
        size_t digits = digits_at(at);
        if (digits == 0 || digits > 4)
            return false;
        longest = digits > longest ? digits : longest;
        at += digits;
        if (part == 2)
            break;
        if (*at == '\0' || !strchr("-/.", *at) || (mark && *at != mark))
            return false;
        mark = *at++;
    }
    return *at == '\0' || *at == ' ' || (*at == 'T' && longest == 4);
}

pmy_shown_word pmy_cell_show(const char *cell)
{
    return pmy_show_word(&(pmy_words){.text = cell}, (pmy_span){0, strlen(cell)});
}

pmy_status pmy_cell_wrong(pmy_error *error, const pmy_csv *csv, size_t row, size_t column, const char *format,
                          ...)
{
    char what[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return pmy_fail(error, PMY_BAD_FILE, "%.120s: line %zu, column '%s': %s", csv->path, csv->line[row],
                    pmy_cell_show(csv->name[column]).text, what);
}
