/* Numbers that people give: whole ones, and the ranges of real ones. */
#ifndef COMMON_NUMBER_H
#define COMMON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the whole text or returns false: nothing may be before or after the
 * number, and one that the type cannot hold is none. */
bool number_whole(const char *text, long long *value);

/* Does the text begin as a negative number does: "-2", "-.5", "-inf", "-nan"? */
bool number_is_negative(const char *text);

/* What is let through: minimum ≤ x ≤ maximum, without the minimum or maximum
 * itself where so marked. NaN is in no range; an infinity is in it only if it
 * is the bound, so ±DBL_MAX as a bound means any finite number. */
typedef struct number_range {
    double minimum, maximum;
    bool above_minimum, below_maximum;
} number_range;
bool number_in_range(double value, const number_range *range);

/* "a number above 0 and at most 1": what the range lets through, in words. */
#define NUMBER_RANGE_TEXT 128
const char *number_range_text(const number_range *range, char text[NUMBER_RANGE_TEXT]);

#endif
