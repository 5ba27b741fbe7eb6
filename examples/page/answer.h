/* What a call gives back to the page: named columns of numbers, texts or bytes, which web/engine.js reads
 * from memory as they are, NaN and infinity included.
 *
 *   answer_begin();
 *   answer_numbers("p", n, p);
 *   answer_number("loss", loss);
 *
 * Values are copied, and kept until the next call begins its answer. If memory runs out the answer is an
 * error alone. */
#ifndef PAGE_ANSWER_H
#define PAGE_ANSWER_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

void answer_begin(void);

void answer_number(const char *name, double value);
void answer_numbers(const char *name, size_t count, const double *values);
void answer_reals(const char *name, size_t count, const float *values);
void answer_bytes(const char *name, size_t count, const uint8_t *values);

/* One text. A column of texts is begun empty, and each text added to the column begun last. */
void answer_text(const char *name, const char *text);
void answer_texts(const char *name);
void answer_next_text(const char *text);

/* In place of all else: "error", its message, and "error_place", the [position, length] of the word it is
 * about (length 0: of none). */
void answer_error(const pmy_error *error);

/* As the page reads it; tests, too. */
typedef enum answer_kind {
    ANSWER_NUMBER, /* one double, which the page gets by itself */
    ANSWER_NUMBERS,
    ANSWER_REALS,
    ANSWER_BYTES,
    ANSWER_TEXT, /* one text, by itself */
    ANSWER_TEXTS
} answer_kind;

typedef struct answer_column {
    const char *name;
    const void *values; /* double, float or uint8_t [count]; texts, each ended by NUL, one after another */
    uint32_t count;
    uint32_t kind; /* answer_kind */
} answer_column;

enum { ANSWER_MOST_COLUMNS = 64 };

const answer_column *answer_columns(void);
size_t answer_column_count(void);

#endif
