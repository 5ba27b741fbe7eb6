#include "base/number.h"

#include <errno.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C library reads and writes numbers with the decimal point of the locale, which this sets for the
 * calling thread alone. */
typedef struct dot_locale {
    locale_t with_dot, before;
} dot_locale;

static dot_locale begin_dot(void)
{
    locale_t with_dot = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return (dot_locale){with_dot, uselocale(with_dot)};
}

static void end_dot(dot_locale locale)
{
    (void)uselocale(locale.before);
    if (locale.with_dot)
        freelocale(locale.with_dot);
}

bool pmy_number_read(const char *text, size_t length, double *number)
{
    char copy[128], *end;
    if (length == 0 || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    /* strtod would also take spaces before a number, and hexadecimal ones. */
    if (strspn(copy, "0123456789.+-eEiInNfFtTyYaA") < length)
        return false;
    dot_locale locale = begin_dot();
    errno = 0;
    *number = strtod(copy, &end) + 0.0; /* which makes −0 a 0 */
    /* A subnormal number is in range, though errno says ERANGE for it. */
    bool in_range = errno != ERANGE || (*number != 0 && isfinite(*number));
    end_dot(locale);
    return end != copy && !*end && in_range;
}

pmy_number_text pmy_number_print(double number, pmy_number_precision precision)
{
    /* Fewer digits are always read back as themselves, more are never needed. */
    bool single = precision == PMY_NUMBER_FLOAT;
    int digits = single ? FLT_DIG : DBL_DIG, most = single ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    pmy_number_text out = {"nan"}; /* which printf may write as -nan */
    if (isnan(number))
        return out;
    dot_locale locale = begin_dot();
    for (bool same = false; !same && digits <= most; digits++) {
        (void)snprintf(out.text, sizeof out.text, "%.*g", digits, number);
        same = single ? strtof(out.text, NULL) == (float)number : strtod(out.text, NULL) == number;
    }
    end_dot(locale);
    return out;
}

bool pmy_whole_read(const char *text, uint64_t *number)
{
    errno = 0;
    *number = strtoull(text, NULL, 10);
    return !errno && *text && !text[strspn(text, "0123456789")];
}
