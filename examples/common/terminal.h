/* What a stream is written on, and colours where they are welcome. */
#ifndef COMMON_TERMINAL_H
#define COMMON_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

bool terminal_is(FILE *file);

/* Its columns; 80 where there is no terminal, or one that does not say. */
size_t terminal_width(FILE *file);

/* True on a terminal that is not TERM=dumb, unless NO_COLOR is set and not
 * empty (no-color.org). */
bool terminal_colours(FILE *file);

typedef enum terminal_style {
    TERMINAL_PLAIN,
    TERMINAL_BOLD,
    TERMINAL_FAINT,
    TERMINAL_RED,
    TERMINAL_GREEN,
    TERMINAL_YELLOW
} terminal_style;

/* What switches the style on; for TERMINAL_PLAIN, all of them off. */
const char *terminal_sequence(terminal_style style);

#endif
