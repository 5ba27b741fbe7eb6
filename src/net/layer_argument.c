#include "net/layer_argument.h"

#include "base/number.h"

#include <limits.h>
#include <string.h>

double pmy_argument_default(const pmy_layer_argument *argument, double first)
{
    return argument->otherwise == PMY_AS_FIRST ? first : argument->otherwise;
}

pmy_status pmy_argument_read(const pmy_layer_argument *argument, const char *who, const char *text,
                             size_t length, double *number, pmy_error *error)
{
    bool readable = pmy_number_read(text, length, number);
    if (argument->type == PMY_RATE) {
        if (!readable || !(*number >= 0 && *number < 1))
            return pmy_fail(error, PMY_BAD_NET, "%s needs a real number of 0 or more and below 1", who);
        return PMY_OK;
    }
    int least = argument->type == PMY_COUNT;
    if (strspn(text, "0123456789") < length)
        return pmy_fail(error, PMY_BAD_NET, "%s needs a whole %snumber", who, least ? "positive " : "");
    if (!readable || !(*number >= least && *number <= INT_MAX))
        return pmy_fail(error, PMY_BAD_NET, "%s needs a number between %d and %d", who, least, INT_MAX);
    return PMY_OK;
}
