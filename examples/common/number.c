#include "common/number.h"

#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool number_whole(const char *text, long long *value)
{
    char *end;
    errno = 0;
    *value = strtoll(text, &end, 10);
    /* strtoll skips spaces and takes nothing for 0; neither is a number here. */
    return *text && !isspace((unsigned char)*text) && *end == '\0' && errno == 0;
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
    pmy_number_text least = pmy_number_print(range->minimum, PMY_NUMBER_DOUBLE);
    pmy_number_text most = pmy_number_print(range->maximum, PMY_NUMBER_DOUBLE);
    const char *minimum = least.text, *maximum = most.text;
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
