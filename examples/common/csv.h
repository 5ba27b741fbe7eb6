/* Tables as CSV (RFC 4180, but for lines that end as they do on this system). */
#ifndef COMMON_CSV_H
#define COMMON_CSV_H

#include <stdio.h>

/* A field of text, in quotes where it needs them. */
void csv_text(FILE *file, const char *text);

/* A comma and a number, with as many digits as bring it back; nothing after the comma where it is NaN. */
void csv_number(FILE *file, double value);

#endif
