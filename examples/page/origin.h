/* Where a panel's numbers come from: of each column of its answer, what a number in it is made of, and the
 * formula with the values in it. What depends on a number follows from that. web/figures.js shows it.
 *
 * A number is named as there: by its column, and which of the column it is. */
#ifndef PAGE_ORIGIN_H
#define PAGE_ORIGIN_H

#include <stddef.h>

typedef struct origin origin;

typedef struct origin_column {
    const char *name;     /* the answer's column */
    const char *symbol;   /* what people call a number of it: "p[#]", "J[#][#]", "loss" */
    size_t rows, columns; /* how many it has; one alone and arrays have one column */
    /* Names what number i is made of, by origin_part and origin_parts; NULL: it is given. */
    void (*parts)(origin *to, const void *panel, size_t i);
    /* Says the formula, with names and then with values, by origin_say. */
    void (*words)(origin *to, const void *panel, size_t i);
} origin_column;

/* Made of number i of the column; of all of them. */
void origin_part(origin *to, const char *column, size_t i);
void origin_parts(origin *to, const char *column);

/* A line of text. */
#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void origin_say(origin *to, const char *format, ...);

/* Answers where number i of the column comes from: "text", lines; "of" and "into", the numbers that it is
 * made of and those that are made of it ("p.2", or "p": all of the column), and "of_text" and "into_text",
 * the same for people. A number that is not there is an error. `panel` goes to parts and words. */
void origin_answer(const origin_column *columns, size_t count, const void *panel, const char *name, size_t i);

#endif
