/* What the origins of a softmax_row's numbers are written with. Of each column of numbers NAME,
 *
 *   ERROR(NAME) { … }   gives number i's error,
 *   PARTS(NAME) { … }   names what it is made of,
 *   WORDS(NAME) { … }   says its formula,
 *
 * as origin.h has them, ROW being the explanation that they are of; then COLUMN(NAME, …) and, if it has them,
 * MADE(NAME) or ROUNDED(NAME) fill its origin_column. */
#ifndef PAGE_SOFTMAX_FORMULA_H
#define PAGE_SOFTMAX_FORMULA_H

#include "page/softmax_row.h"
#include "softmax/figure.h"

#define ERROR(name) static double name##_error(const void *panel, size_t i)
#define PARTS(name) static void name##_parts(origin *to, const void *panel, size_t i)
#define WORDS(name) static void name##_words(origin *to, const void *panel, size_t i)
#define ROW const pmy_explanation *row = &((const softmax_row *)panel)->row

#define COLUMN(name_, symbol_, rows_, columns_, values_, precision_)                                       \
    ORIGIN_NAME(#name_), .symbol = (symbol_), .rows = (rows_), .columns = (columns_), .values = (values_), \
                         .precision = (precision_), .words = name_##_words
#define MADE(name_) .parts = name_##_parts
#define ROUNDED(name_) .parts = name_##_parts, .error = name_##_error

/* Figures for printf: of a number with an error, of one that relative_error holds for, of an exact one. */
#define FIGURE(value, error) figure_text((value), (error), (char[FIGURE_TEXT]){0})
#define NUMBER(value) FIGURE(value, pmy_explanation_error(row, value))
#define GIVEN(value) FIGURE(value, 0)

/* An exact one that follows an operator: in brackets if it has a sign. */
#define OPERAND(value) softmax_operand((value), (char[FIGURE_TEXT + 2]){0})
const char *softmax_operand(double value, char text[FIGURE_TEXT + 2]);

size_t softmax_largest_logit(const pmy_explanation *row);

enum { SOFTMAX_TERMS = 400 };

/* "1 + 0.367879 + 0.149569", without class `left_out`. */
const char *softmax_sum_text(const pmy_explanation *row, const double *values /* [classes] */,
                             size_t left_out, char text[SOFTMAX_TERMS]);

/* "0.25·1.4 + (-0.75)·0.4": the terms whose weight is not 0. Factors are `stride` numbers apart. */
const char *softmax_products_text(const pmy_explanation *row, const double *factors, size_t stride,
                                  const double *weights /* [classes] */, char text[SOFTMAX_TERMS]);

/* The columns from z to the loss, and from the loss back to z; return how many. */
size_t softmax_forward_columns(const softmax_row *of, origin_column *columns);
size_t softmax_backward_columns(const softmax_row *of, origin_column *columns);

#endif
