/* Numbers in lines of text. */
#ifndef SOFTMAX_TEXT_NUMBERS_H
#define SOFTMAX_TEXT_NUMBERS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* For messages. */
typedef struct text_place {
    const char *name; /* of the file */
    size_t line;
} text_place;

/* Ends a line that was read with `length` bytes before its comment, which # begins. `blank`: nothing is left.
 */
pmy_status text_line(text_place at, char *text, size_t length, bool *blank, pmy_error *error);

/* Reads the numbers of a text that are separated by blanks or commas and may stand in brackets: one to
 * `most`, of which none is NaN. `what` the text is goes into messages; `decimals`, how many each is printed
 * with, may be NULL. The text is cut to pieces. */
pmy_status text_numbers(text_place at, char *text, const char *what, size_t most, size_t *count,
                        double *numbers /* [most] */, int *decimals /* [most] */, pmy_error *error);

#endif
