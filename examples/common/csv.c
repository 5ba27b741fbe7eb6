#include "common/csv.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

void csv_text(FILE *file, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('"', file);
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            (void)fputc('"', file);
        (void)fputc(*at, file);
    }
    (void)fputc('"', file);
}

void csv_number(FILE *file, double value)
{
    (void)fprintf(file, ",%s", isnan(value) ? "" : pmy_number_print(value, PMY_NUMBER_DOUBLE).text);
}
