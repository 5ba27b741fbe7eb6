/* Prose on a terminal, broken into lines between words. */
#ifndef COMMON_PARAGRAPH_H
#define COMMON_PARAGRAPH_H

#include <stddef.h>
#include <stdio.h>

/* What people expect a terminal to have. */
#define PARAGRAPH_WIDTH 80

/* Writes the text in lines of at most PARAGRAPH_WIDTH columns that begin at the
 * column `indent`; `column` is where the cursor is now, at most there. A newline
 * in the text begins a line, and one more ends the last. */
void paragraph_print(FILE *file, const char *text, size_t column, size_t indent);

#endif
