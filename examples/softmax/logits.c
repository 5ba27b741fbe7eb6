#include "softmax/logits.h"

#include "gradcheck/explanation.h"

#include <math.h>
#include <string.h>

static const number_range logits = {.minimum = -(double)INFINITY, .maximum = DBL_MAX};
static const number_range shares = {.minimum = 0, .maximum = PMY_EXPLANATION_MOST_SHARE};

bool logits_read(const options *command, char *const operands[], size_t count, double *z)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!options_read_real(command, NULL, operands[i], &logits, &z[i]))
            return false;
        any |= isfinite(z[i]) != 0;
    }
    if (!any)
        options_wrong(command, "every logit is -inf, so no class is left");
    return any;
}

bool logits_read_targets(const options *command, const char *what, const char *text, size_t count, double *y)
{
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
        if (!options_read_real(command, what, number, &shares, &value))
            return false;
        if (value > 0 && value < PMY_EXPLANATION_LEAST_SHARE) {
            options_wrong(command, "%s %s: a share is 0 or at least %g", what, number,
                          PMY_EXPLANATION_LEAST_SHARE);
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
