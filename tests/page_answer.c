#include "page_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const answer_column *find(const char *name)
{
    for (size_t i = 0; i < answer_column_count(); i++)
        if (strcmp(answer_columns()[i].name, name) == 0)
            return &answer_columns()[i];
    return NULL;
}

static const answer_column *column_of(const char *name, answer_kind kind)
{
    const answer_column *found = find(name);
    if (!found && find("error"))
        fail_msg("no %s, but an error: %s", name, answered_text("error"));
    if (!found || found->kind != (uint32_t)kind)
        fail_msg("no column %s of that kind", name);
    return found;
}

bool answered(const char *name)
{
    return find(name) != NULL;
}

const double *answered_numbers(const char *name, size_t *count)
{
    const answer_column *column = column_of(name, ANSWER_NUMBERS);
    if (count)
        *count = column->count;
    return column->values;
}

const float *answered_reals(const char *name, size_t *count)
{
    const answer_column *column = column_of(name, ANSWER_REALS);
    if (count)
        *count = column->count;
    return column->values;
}

double answered_number(const char *name)
{
    return *(const double *)column_of(name, ANSWER_NUMBER)->values;
}

const char *answered_text(const char *name)
{
    return column_of(name, ANSWER_TEXT)->values;
}

const char *answered_text_of(const char *name, size_t i)
{
    const answer_column *column = column_of(name, ANSWER_TEXTS);
    if (i >= column->count)
        fail_msg("%s has no text %zu", name, i);
    const char *text = column->values;
    while (i--)
        text += strlen(text) + 1;
    return text;
}

size_t answered_texts(const char *name)
{
    return column_of(name, ANSWER_TEXTS)->count;
}

void expect_answered_error(const char *text)
{
    assert_true(answered("error") && answer_column_count() == 2);
    if (!strstr(answered_text("error"), text))
        fail_msg("the error is \"%s\", without \"%s\"", answered_text("error"), text);
}
