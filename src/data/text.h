/* A text as tokens, and the windows of it that a language model learns from and is measured by.
 *
 * A text is one sequence of tokens t[0 … count − 1]; each but the first is to be predicted from those before
 * it. Where its examples are lines, it begins with the token that ends a line, and so does every line, with
 * the end of the one before: end, c1 … cn, end. Lines without a character are passed over. */
#ifndef PMY_DATA_TEXT_H
#define PMY_DATA_TEXT_H

#include "data/vocabulary.h"

/* The most tokens in a window that a model may ask for. */
enum { PMY_MAX_BLOCK = 65536 };

/* In targets: nothing is to be predicted here. What softmax_xent ignores by default. */
enum { PMY_NO_TARGET = -1 };

typedef struct pmy_text {
    const char *name;      /* of the file, for messages; the caller's, who keeps it as long */
    const uint8_t *narrow; /* [count], where the vocabulary has at most 256 tokens; else NULL */
    const uint16_t *wide;  /* [count], where it has more */
    size_t count;          /* tokens */
    int32_t end;           /* the token that ends a line; −1: lines are no examples */
    const size_t *begin;   /* [lines + 1]: where the end before each line is, and the last line's own */
    size_t lines;          /* examples, where they are lines; else 0 */
    size_t empty_lines;    /* that were passed over */
    void *owned_tokens, *owned_begin; /* what pmy_text_free gives back; NULL in a view */
} pmy_text;

/* Encodes `size` bytes. A vocabulary without tokens gets those of these bytes (and keeps them, whatever
 * happens later). *text is empty after an error; every message begins with `name`. Errors: PMY_BAD_FILE
 * (nothing in it; a character that has no token), PMY_NO_MEMORY. */
pmy_status pmy_text_encode(const char *name, const char *bytes, size_t size, pmy_vocabulary *vocabulary,
                           pmy_text *text, pmy_error *error);

/* The same with a file, which may be gzip. Errors: also those of pmy_file_read. */
pmy_status pmy_text_load(const char *path, pmy_vocabulary *vocabulary, pmy_text *text, pmy_error *error);

/* Gives the memory back and empties *text; a view is only emptied. */
void pmy_text_free(pmy_text *text);

/* Two views of *whole, which must outlive them, by place: *back is the last share · n of its n tokens or
 * lines, rounded to whole ones, *front the rest; each has something to predict, two tokens or a line, however
 * small its share. Nothing is shuffled, so a file whose order means something should be shuffled before. 0 ≤
 * share < 1; with a share of 0, *back is empty. Errors: PMY_BAD_ARGUMENT (share; too few tokens or lines for
 * two such parts). */
pmy_status pmy_text_split(const pmy_text *whole, double share, pmy_text *front, pmy_text *back,
                          pmy_error *error);

/* The CRC-32 of a text's or a view's tokens as they lie in memory. */
uint32_t pmy_text_checksum(const pmy_text *text);

/* --- Windows ---------------------------------------------------------------- */

/* Tokens from t[at] on and what follows each, until `block` of them or the line's or the text's end:
 * tokens[i] = t[at + i], targets[i] = t[at + i + 1]. Returns how many; the rest of tokens [block] and targets
 * [block] is 0 and PMY_NO_TARGET. So this passes over a text, and each of its tokens but the first is a
 * target once:
 *
 *   for (size_t at = 0, n; (n = pmy_text_window(text, at, block, tokens, targets)); at += n) */
size_t pmy_text_window(const pmy_text *text, size_t at, size_t block, int32_t *tokens, int32_t *targets);

/* Whether windows of `block` tokens can be drawn: lines always give some, any other text must have more than
 * `block` tokens. Errors: PMY_BAD_ARGUMENT. */
pmy_status pmy_text_check(const pmy_text *text, size_t block, pmy_error *error);

/* Fills tokens and targets [batch, block] with windows drawn at random, a function of the arguments alone.
 * All places of a text are as likely; where examples are lines, all lines are, and of one that is longer than
 * a window, all its places. */
void pmy_text_draw(const pmy_text *text, uint64_t seed, uint64_t step, size_t batch, size_t block,
                   int32_t *tokens, int32_t *targets);

#endif
