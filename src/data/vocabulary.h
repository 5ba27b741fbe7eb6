/* Which tokens a text is made of: the bytes, or the Unicode characters, that occur in it, in ascending order
 * of their codes. What does not occur has no token, which keeps small nets small; a text that has more cannot
 * be encoded.
 *
 * Where the examples are lines, a line break is the token that ends one, "\r\n" is read as "\n", and a
 * sequence begins with that token, too. */
#ifndef PMY_DATA_VOCABULARY_H
#define PMY_DATA_VOCABULARY_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most tokens: each fits in 16 bits. */
enum { PMY_MAX_VOCABULARY = 65536 };

typedef enum pmy_token_unit { PMY_BYTES, PMY_CHARACTERS } pmy_token_unit;

/* {.unit = …, .lines = …} is one without tokens. */
typedef struct pmy_vocabulary {
    pmy_token_unit unit;
    bool lines;      /* each line is an example */
    size_t count;    /* tokens */
    uint32_t *codes; /* [count], ascending: a byte's value, a character's code point; owned */
} pmy_vocabulary;

/* Gives an empty vocabulary the tokens of text [size], and with `lines` the line break, too. `name` begins
 * the messages; *vocabulary stays empty after an error. Errors: PMY_BAD_FILE (no UTF-8, with line and
 * column; more than PMY_MAX_VOCABULARY tokens), PMY_NO_MEMORY. */
pmy_status pmy_vocabulary_fill(pmy_vocabulary *vocabulary, const char *name, const char *text, size_t size,
                               pmy_error *error);

/* Gives the memory back and leaves it without tokens. */
void pmy_vocabulary_free(pmy_vocabulary *vocabulary);

/* A copy, empty after an error. PMY_NO_MEMORY. */
pmy_status pmy_vocabulary_copy(const pmy_vocabulary *vocabulary, pmy_vocabulary *copy, pmy_error *error);

/* The token that begins and ends a line; −1 where lines are no examples. */
int32_t pmy_vocabulary_end(const pmy_vocabulary *vocabulary);

/* --- Text and tokens -------------------------------------------------------- */

/* The token at text [left > 0], −1 where the vocabulary has none, and how many bytes it takes; 0: characters
 * should come here, and it is no UTF-8. */
size_t pmy_vocabulary_next(const pmy_vocabulary *vocabulary, const char *text, size_t left, int32_t *token);

/* tokens [size] receives the text's, *count how many these are. Errors: those of pmy_vocabulary_fault. */
pmy_status pmy_vocabulary_encode(const pmy_vocabulary *vocabulary, const char *name, const char *text,
                                 size_t size, int32_t *tokens, size_t *count, pmy_error *error);

/* Fails with PMY_BAD_FILE and says what is wrong at text[at], which has no token, in which line and column;
 * columns count units. */
pmy_status pmy_vocabulary_fault(const pmy_vocabulary *vocabulary, const char *name, const char *text,
                                size_t at, size_t size, pmy_error *error);

/* Writes a token's bytes, 1 to 4, and returns how many; of a line's end, "\n". */
size_t pmy_vocabulary_decode(const pmy_vocabulary *vocabulary, int32_t token, char bytes[4]);

/* A token as a report can show it: itself, or "space", "\n", "\x1b", "\u0085". */
typedef struct pmy_token_text {
    char text[8];
} pmy_token_text;
pmy_token_text pmy_vocabulary_show(const pmy_vocabulary *vocabulary, int32_t token);

/* --- In a model file -------------------------------------------------------- */

/* The vocabulary as a line of text, such as "characters lines a 20 27 61-7a e9": codes in hexadecimal,
 * neighbours as a range. The caller frees it; NULL: there is no memory. */
char *pmy_vocabulary_print(const pmy_vocabulary *vocabulary);

/* Reads such a line, which may come from anyone; *vocabulary is empty after an error. `name` begins the
 * messages. Errors: PMY_BAD_FILE, PMY_NO_MEMORY. */
pmy_status pmy_vocabulary_read(pmy_vocabulary *vocabulary, const char *name, const char *line,
                               pmy_error *error);

#endif
