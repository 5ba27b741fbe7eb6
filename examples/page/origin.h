/* A panel's numbers and where they come from: of each column of its answer, the values, what a number in it
 * is made of, and the formula with the values in it. What depends on a number follows from that.
 * web/figures.js shows it.
 *
 * A number is named as there: by its column, and which of the column it is. */
#ifndef PAGE_ORIGIN_H
#define PAGE_ORIGIN_H

#include "base/number.h"

#include <stddef.h>

typedef struct origin origin;

typedef struct origin_column {
    const char *name, *text_name; /* the answer's columns of numbers and of figures; see ORIGIN_NAME */
    const char *symbol;           /* what people call a number of it: "p[#]", "J[#][#]", "loss" */
    size_t rows, columns;         /* how many it has; one alone and arrays have one column */
    const double *values;         /* [rows, columns] */
    pmy_number_precision precision;
    int digits; /* of a figure at most; 0: as many as figure_text gives */
    /* ± of number i, for figure_text; NULL: it is exact, or itself what is to be shown. */
    double (*error)(const void *panel, size_t i);
    /* Names what number i is made of, by origin_part and origin_parts; NULL: it is given. */
    void (*parts)(origin *to, const void *panel, size_t i);
    /* Says the formula, with names and then with values, by origin_say. */
    void (*words)(origin *to, const void *panel, size_t i);
} origin_column;

#define ORIGIN_NAME(name_) .name = (name_), .text_name = name_ "_text"

/* All the columns that a panel shows; `panel` goes to error, parts and words. */
typedef struct origin_table {
    const origin_column *columns;
    size_t count;
    const void *panel;
} origin_table;

/* Adds all numbers and their figures to the answer. */
void origin_numbers(const origin_table *of);

/* Answers where number i of the column comes from: "text", lines; "of" and "into", the numbers that it is
 * made of and those that are made of it ("p.2", or "p": all of the column), and "of_text" and "into_text",
 * the same for people. A number that is not there is an error. */
void origin_answer(const origin_table *of, const char *name, size_t i);

/* --- For parts and words -------------------------------------------------- */

/* Made of number i of the column; of all of them. */
void origin_part(origin *to, const char *column, size_t i);
void origin_parts(origin *to, const char *column);

/* A line of text. */
#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void origin_say(origin *to, const char *format, ...);

#endif
