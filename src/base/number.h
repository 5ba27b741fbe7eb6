/* Numbers as text, with a dot in any locale. */
#ifndef PMY_BASE_NUMBER_H
#define PMY_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the text's first `length` bytes, all of them, as a decimal number, "inf", "-inf" or "nan"; −0 is
 * read as 0. False if they are something else, are 128 or more, or a double cannot hold the number (it
 * overflows or vanishes). */
bool pmy_number_read(const char *text, size_t length, double *number);

/* Reads the text as a whole number from 0 to 2⁶⁴ − 1, in digits alone; false: it is none. */
bool pmy_whole_read(const char *text, uint64_t *number);

/* The shortest of the usual forms (%g) that is read back as the same float or double; "inf", "-inf" and
 * "nan" for what is no number. */
typedef enum pmy_number_precision { PMY_NUMBER_FLOAT, PMY_NUMBER_DOUBLE } pmy_number_precision;
typedef struct pmy_number_text {
    char text[32];
} pmy_number_text;
pmy_number_text pmy_number_print(double number, pmy_number_precision precision);

#endif
