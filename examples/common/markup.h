/* Text in XML and HTML. */
#ifndef COMMON_MARKUP_H
#define COMMON_MARKUP_H

#include <stdio.h>

/* Writes the text so that it is text wherever it stands: between tags, or in an attribute's double quotes.
 * Control characters, newlines too, and bytes that are not UTF-8 become U+FFFD. */
void markup_put(FILE *file, const char *text);

/* The same for what is preformatted: newlines and tabs stay. */
void markup_put_lines(FILE *file, const char *text);

#endif
