#include "common/number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* strtoll and strtod skip spaces and take nothing for 0; neither is a number here, nor is hexadecimal. */
static bool begins_as_number(const char *text)
{
    return *text && !isspace((unsigned char)*text);
}

bool number_whole(const char *text, long long *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    return begins_as_number(text) && *end == '\0' && errno == 0;
}

bool number_real(const char *text, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    if (!begins_as_number(text) || *end != '\0' || strpbrk(text, "xX"))
        return false;
    /* A subnormal number is in range, though errno says ERANGE for it. */
    return errno != ERANGE || (*value != 0 && isfinite(*value));
}

bool number_is_negative(const char *text)
{
    if (text[0] != '-')
        return false;
    text++;
    if (*text == '.')
        text++;
    return isdigit((unsigned char)*text) || strncasecmp(text, "inf", 3) == 0 ||
           strncasecmp(text, "nan", 3) == 0;
}

bool number_in_range(double value, const number_range *range)
{
    bool above = range->above_minimum ? value > range->minimum : value >= range->minimum;
    bool below = range->below_maximum ? value < range->maximum : value <= range->maximum;
    return above && below;
}

const char *number_range_text(const number_range *range, char text[NUMBER_RANGE_TEXT])
{
    char minimum[NUMBER_TEXT], maximum[NUMBER_TEXT];
    number_text(range->minimum, NUMBER_DOUBLE, minimum);
    number_text(range->maximum, NUMBER_DOUBLE, maximum);
    bool from = range->minimum > -DBL_MAX, to = range->maximum < DBL_MAX;
    const char *above = range->above_minimum ? "above" : "at least";
    const char *below = range->below_maximum ? "below" : "at most";
    if (from && to && !range->above_minimum && !range->below_maximum)
        (void)snprintf(text, NUMBER_RANGE_TEXT, "a number between %s and %s", minimum, maximum);
    else if (from && to)
        (void)snprintf(text, NUMBER_RANGE_TEXT, "a number %s %s and %s %s", above, minimum, below, maximum);
    else if (from)
        (void)snprintf(text, NUMBER_RANGE_TEXT, "a number %s %s", above, minimum);
    else if (to)
        (void)snprintf(text, NUMBER_RANGE_TEXT, "a number %s %s", below, maximum);
    else
        (void)snprintf(text, NUMBER_RANGE_TEXT, "a finite number%s%s",
                       range->minimum < -DBL_MAX ? " or -inf" : "",
                       range->maximum > DBL_MAX ? " or inf" : "");
    return text;
}

const char *number_text(double value, number_precision precision, char text[NUMBER_TEXT])
{
    /* Fewer digits are always read back as themselves, more are never needed. */
    int digits = precision == NUMBER_FLOAT ? FLT_DIG : DBL_DIG;
    int most = precision == NUMBER_FLOAT ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    if (isnan(value)) {
        (void)snprintf(text, NUMBER_TEXT, "nan");
        return text;
    }
    for (; digits <= most; digits++) {
        (void)snprintf(text, NUMBER_TEXT, "%.*g", digits, value);
        bool same =
            precision == NUMBER_FLOAT ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
        if (same)
            break;
    }
    return text;
}
