/* A number as a figure of at most six digits, all of them right. */
#ifndef SOFTMAX_FIGURE_H
#define SOFTMAX_FIGURE_H

enum { FIGURE_DIGITS = 6, FIGURE_TEXT = 32 };

/* The value, known to be within ±error of the truth, with as many digits as every number in that range
 * rounds to: six at most, and "0" where not even one is certain. An error of 0: the value is exact,
 * or is itself what is to be shown. */
const char *figure_text(double value, double error, char text[FIGURE_TEXT]);

/* The same of at most `most` digits, where there is no room for six. */
const char *figure_digits(double value, double error, int most, char text[FIGURE_TEXT]);

#endif
