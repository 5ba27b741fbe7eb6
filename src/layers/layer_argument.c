#include "layers/layer_argument.h"

#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t pmy_argument_count(const pmy_layer_argument argument[PMY_MAX_ARGUMENTS])
{
    size_t count = 0;
    while (count < PMY_MAX_ARGUMENTS && argument[count].type != PMY_NO_NUMBER)
        count++;
    return count;
}

double pmy_argument_default(const pmy_layer_argument *argument, double first)
{
    return argument->otherwise == PMY_AS_FIRST ? first : argument->otherwise;
}

/* The C library reads and writes numbers with the decimal point of the program's locale; a line of text has a
 * dot. */
static void change_point(char *text, char from, char to)
{
    for (; from != to && *text; text++)
        if (*text == from)
            *text = to;
}

/* False: it is no number as nets have it. */
static bool read_real(const char *text, size_t length, double *number)
{
    char copy[128], *end;
    if (length == 0 || strspn(text, "0123456789.e-+") < length)
        return false;
    /* What is so long is out of every range. */
    *number = HUGE_VAL;
    if (length >= sizeof copy)
        return true;
    memcpy(copy, text, length);
    copy[length] = 0;
    change_point(copy, '.', *localeconv()->decimal_point);
    *number = strtod(copy, &end) + 0.0; /* which makes −0 a 0 */
    return !*end;
}

pmy_status pmy_argument_read(const pmy_layer_argument *argument, const char *who, const char *text,
                             size_t length, double *number, pmy_error *error)
{
    bool readable = read_real(text, length, number);
    if (argument->type == PMY_RATE) {
        if (!readable)
            return pmy_fail(error, PMY_BAD_NET, "%s needs a real number", who);
        if (!(*number >= 0 && *number < 1))
            return pmy_fail(error, PMY_BAD_NET, "%s needs a rate of 0 or more and below 1", who);
        return PMY_OK;
    }
    int least = argument->type == PMY_COUNT;
    if (!readable || strspn(text, "0123456789") < length)
        return pmy_fail(error, PMY_BAD_NET, "%s needs a whole %snumber", who, least ? "positive " : "");
    if (!(*number >= least && *number <= INT_MAX))
        return pmy_fail(error, PMY_BAD_NET, "%s needs a number between %d and %d", who, least, INT_MAX);
    return PMY_OK;
}

pmy_number_text pmy_argument_print(const pmy_layer_argument *argument, double number)
{
    pmy_number_text out;
    if (argument->type != PMY_RATE) {
        (void)snprintf(out.text, sizeof out.text, "%.0f", number);
        return out;
    }
    /* 17 digits always do. */
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(out.text, sizeof out.text, "%.*g", digits, number);
        if (strtod(out.text, NULL) == number)
            break;
    }
    change_point(out.text, *localeconv()->decimal_point, '.');
    return out;
}
