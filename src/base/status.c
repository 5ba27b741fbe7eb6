#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

const char *pmy_status_text(pmy_status status)
{
    switch (status) {
#define PMY_STATUS_CASE(name, meaning) \
    case name:                         \
        return meaning;
        PMY_STATUS_LIST(PMY_STATUS_CASE)
#undef PMY_STATUS_CASE
    }
    return "unknown status";
}

pmy_status pmy_fail(pmy_error *error, pmy_status code, const char *format, ...)
{
    if (error) {
        *error = (pmy_error){.code = code};
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return code;
}
