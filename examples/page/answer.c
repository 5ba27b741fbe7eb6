#include "page/answer.h"

#include "page/export.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static answer_column columns[ANSWER_MOST_COLUMNS];
static void *room[ANSWER_MOST_COLUMNS]; /* what the columns' values stand in */
static size_t text_bytes;               /* of the last column, if of texts */
static size_t column_count;
static bool failed; /* for memory */

void answer_begin(void)
{
    for (size_t i = 0; i < column_count; i++)
        free(room[i]);
    column_count = 0;
    failed = false;
}

static void fail_for_memory(void)
{
    static const double no_place[2] = {0, 0};
    answer_begin();
    columns[0] = (answer_column){"error", "no memory", 1, ANSWER_TEXT};
    columns[1] = (answer_column){"error_place", no_place, 2, ANSWER_NUMBERS};
    room[0] = room[1] = NULL;
    column_count = 2;
    failed = true;
}

static void put(const char *name, answer_kind kind, size_t count, const void *values, size_t bytes)
{
    assert(column_count < ANSWER_MOST_COLUMNS);
    if (failed)
        return;
    void *copy = malloc(bytes ? bytes : 1);
    if (!copy) {
        fail_for_memory();
        return;
    }
    memcpy(copy, values, bytes);
    columns[column_count] = (answer_column){name, copy, (uint32_t)count, kind};
    room[column_count++] = copy;
}

void answer_number(const char *name, double value)
{
    put(name, ANSWER_NUMBER, 1, &value, sizeof value);
}

void answer_numbers(const char *name, size_t count, const double *values)
{
    put(name, ANSWER_NUMBERS, count, values, count * sizeof *values);
}

void answer_reals(const char *name, size_t count, const float *values)
{
    put(name, ANSWER_REALS, count, values, count * sizeof *values);
}

void answer_bytes(const char *name, size_t count, const uint8_t *values)
{
    put(name, ANSWER_BYTES, count, values, count);
}

void answer_text(const char *name, const char *text)
{
    put(name, ANSWER_TEXT, 1, text, strlen(text) + 1);
}

void answer_texts(const char *name)
{
    text_bytes = 0;
    put(name, ANSWER_TEXTS, 0, "", 0);
}

void answer_next_text(const char *text)
{
    if (failed)
        return;
    answer_column *last = &columns[column_count - 1];
    assert(column_count && last->kind == ANSWER_TEXTS);
    size_t bytes = strlen(text) + 1;
    char *longer = realloc(room[column_count - 1], text_bytes + bytes);
    if (!longer) {
        fail_for_memory();
        return;
    }
    memcpy(longer + text_bytes, text, bytes);
    text_bytes += bytes;
    room[column_count - 1] = longer;
    last->values = longer;
    last->count++;
}

void answer_error(const pmy_error *error)
{
    double place[2] = {(double)error->position, (double)error->length};
    answer_begin();
    answer_text("error", error->message);
    answer_numbers("error_place", 2, place);
}

const answer_column *answer_columns(void)
{
    return columns;
}

size_t answer_column_count(void)
{
    return column_count;
}
