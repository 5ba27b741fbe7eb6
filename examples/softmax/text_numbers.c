#include "softmax/text_numbers.h"

#include "base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DECIMALS = 30 };

/* "0.59" has 2, "1.5e-3" has 4. */
static int decimals_of(const char *number)
{
    const char *point = strchr(number, '.'), *exponent = strpbrk(number, "eE");
    long decimals = point ? (long)strspn(point + 1, "0123456789") : 0;
    if (exponent)
        decimals -= strtol(exponent + 1, NULL, 10);
    return decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : (int)decimals;
}

pmy_status text_line(text_place at, char *text, size_t length, bool *blank, pmy_error *error)
{
    if (strlen(text) != length)
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: not a text file: it holds a zero byte", at.name,
                        at.line);
    text[strcspn(text, "#")] = '\0';
    *blank = text[strspn(text, " \t\r\n")] == '\0';
    return PMY_OK;
}

pmy_status text_numbers(text_place at, char *text, const char *what, size_t most, size_t *count,
                        double *numbers, int *decimals, pmy_error *error)
{
    static const char separators[] = " \t\r\n,[]()";
    char *rest = NULL;
    *count = 0;
    for (char *word = strtok_r(text, separators, &rest); word; word = strtok_r(NULL, separators, &rest)) {
        if (*count == most)
            return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: more than %zu numbers in %s", at.name, at.line,
                            most, what);
        if (!pmy_number_read(word, strlen(word), &numbers[*count]) || isnan(numbers[*count]))
            return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: \"%s\" in %s is not a number", at.name, at.line,
                            word, what);
        if (decimals)
            decimals[*count] = decimals_of(word);
        ++*count;
    }
    if (*count == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s:%zu: there is no number in %s", at.name, at.line, what);
    return PMY_OK;
}
