#include "softmax/logits.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Shares beyond these, times a share of softmax's, leave the range of a float. */
#define MOST_SHARE 1e6
#define LEAST_SHARE 1e-30

bool logits_read(const options *command, char *const operands[], size_t count, double *z)
{
    static const number_range not_above = {.minimum = -(double)INFINITY, .maximum = DBL_MAX};
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!options_read_real(command, NULL, operands[i], &not_above, &z[i]))
            return false;
        any |= isfinite(z[i]) != 0;
    }
    if (!any)
        options_wrong(command, "every logit is -inf, so no class is left");
    return any;
}

bool logits_read_targets(const options *command, const char *what, const char *text, size_t count, double *y)
{
    static const number_range share = {.minimum = 0, .maximum = MOST_SHARE};
    enum { LONGEST = 64 };
    double sum = 0;
    size_t found = 0;
    for (const char *part = text; part; found++) {
        char number[LONGEST];
        size_t length = strcspn(part, ",");
        if (length >= LONGEST) {
            options_wrong(command, "%s: number %zu is too long", what, found + 1);
            return false;
        }
        memcpy(number, part, length);
        number[length] = '\0';
        double value;
        if (!options_read_real(command, what, number, &share, &value))
            return false;
        if (value > 0 && value < LEAST_SHARE) {
            options_wrong(command, "%s %s: a share is 0 or at least %g", what, number, LEAST_SHARE);
            return false;
        }
        if (found < count)
            y[found] = value;
        sum += value;
        part = part[length] ? part + length + 1 : NULL;
    }
    if (found != count)
        options_wrong(command, "%s has %zu numbers, but there are %zu logits", what, found, count);
    else if (sum == 0)
        options_wrong(command, "%s: all are 0, so there is nothing to learn", what);
    return found == count && sum > 0;
}
