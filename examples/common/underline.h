/* Showing where in a text something is wrong. */
#ifndef COMMON_UNDERLINE_H
#define COMMON_UNDERLINE_H

#include <stddef.h>
#include <stdio.h>

/* Writes the text, indented, and below it ^~~~ under `length` bytes from `begin` on. Nothing if there is no
 * such place, or if the text has characters that would move it. */
void underline(FILE *file, const char *text, size_t begin, size_t length);

#endif
