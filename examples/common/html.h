/* Small things that an HTML page is written with. */
#ifndef COMMON_HTML_H
#define COMMON_HTML_H

#include "common/svg.h"

#include <stddef.h>
#include <stdio.h>

/* A number in words of the page. */
typedef struct html_number {
    char text[48];
} html_number;

/* "60 000", with narrow spaces that do not break. */
html_number html_count(size_t count);

/* A share as "98.74 %"; "–" where there is none. */
html_number html_percent(double share);

/* A probability with four decimals; what they cannot tell from 0 or 1 as "< 0.0001" or "> 0.9999". */
html_number html_probability(double p);

/* An element with escaped text in it: "<th scope="col">…</th>" from `th scope="col"`. */
void html_element(FILE *file, const char *tag, const char *text);

/* A number with its name, in a list of class "tiles". */
void html_tile(FILE *file, const char *name, const char *value);

/* A card with a figure that says itself what it is; the page has the style sheet of pictures. */
void html_figure(FILE *file, svg *figure);

/* A table's head: a column for each heading [count]. */
void html_head(FILE *file, const char *const *headings, size_t count);

#endif
