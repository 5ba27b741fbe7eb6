/* What a function of the page answered last (examples/page/answer.h). Whatever is not there fails the test.
 */
#ifndef TESTS_ANSWERS_H
#define TESTS_ANSWERS_H

#include "page/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline bool answer_has(const char *name)
{
    for (size_t i = 0; i < answer_column_count(); i++)
        if (strcmp(answer_columns()[i].name, name) == 0)
            return true;
    return false;
}

static inline const answer_column *answered(const char *name)
{
    for (size_t i = 0; i < answer_column_count(); i++)
        if (strcmp(answer_columns()[i].name, name) == 0)
            return &answer_columns()[i];
    fail_msg("the answer has no %s%s%s", name, answer_has("error") ? ", but an error: " : "",
             answer_has("error") ? (const char *)answered("error")->values : "");
    return NULL;
}

/* The index-th of a column of numbers, or the only one. */
static inline double answered_number(const char *name, size_t index)
{
    const answer_column *numbers = answered(name);
    assert_true(numbers->kind == ANSWER_NUMBER || numbers->kind == ANSWER_NUMBERS ||
                numbers->kind == ANSWER_REALS);
    assert_true(index < numbers->count);
    return numbers->kind == ANSWER_REALS ? (double)((const float *)numbers->values)[index]
                                         : ((const double *)numbers->values)[index];
}

static inline const char *answered_text(const char *name, size_t index)
{
    const answer_column *texts = answered(name);
    assert_true(texts->kind == ANSWER_TEXT || texts->kind == ANSWER_TEXTS);
    assert_true(index < texts->count);
    const char *text = texts->values;
    while (index--)
        text += strlen(text) + 1;
    return text;
}

#endif
