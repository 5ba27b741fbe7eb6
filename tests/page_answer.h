/* What a function of examples/page answered, for tests. A column that is not there fails the test. */
#ifndef PAGE_ANSWER_TEST_H
#define PAGE_ANSWER_TEST_H

#include "page/answer.h"

#include <stdbool.h>

bool answered(const char *name);

/* A column of numbers; *count, which may be NULL, is how many. */
const double *answered_numbers(const char *name, size_t *count);
const float *answered_reals(const char *name, size_t *count);
double answered_number(const char *name);

/* A text by itself; text i of a column, and how many it has. */
const char *answered_text(const char *name);
const char *answered_text_of(const char *name, size_t i);
size_t answered_texts(const char *name);

/* Fails unless the answer is an error alone whose message holds the text. */
void expect_answered_error(const char *text);

#endif
