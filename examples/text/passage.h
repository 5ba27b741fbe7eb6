/* Some tokens of a text that are looked at closely, and what they are called. */
#ifndef TEXT_PASSAGE_H
#define TEXT_PASSAGE_H

#include "train/language.h"

enum { PASSAGE_MOST = 64 };

typedef struct passage {
    size_t tokens;
    int32_t token[PASSAGE_MOST];
    pmy_token_text name[PASSAGE_MOST];
} passage;

/* The tokens of `text`, 2 to PASSAGE_MOST and at most `block` of them; of a model of lines, with the end that
 * a line begins with. Errors: PMY_BAD_FILE (a character that has no token), PMY_BAD_ARGUMENT (how many there
 * are; a block of 1), PMY_NO_MEMORY; messages about the text begin with `name`. */
pmy_status passage_read(passage *p, const pmy_vocabulary *vocabulary, size_t block, const char *name,
                        const char *text, pmy_error *error);

/* Where a line of the text begins, if one does soon; else 0. */
size_t passage_begin(const pmy_vocabulary *vocabulary, const pmy_text *text);

/* The tokens t[at] … of a text, at most `most` <= PASSAGE_MOST of them and up to the line's or the text's
 * end; returns where the last of them is, with which the next passage begins. None, and `at`, if there is but
 * one. */
size_t passage_at(passage *p, const pmy_vocabulary *vocabulary, const pmy_text *text, size_t at, size_t most);

/* A model with the parameters that another has now, to look at passages of so many tokens: it computes no
 * more than these. For pmy_language_free. Errors: PMY_NO_MEMORY. */
pmy_status passage_model(const pmy_language *of, size_t tokens, pmy_language **model, pmy_error *error);

/* Shows a model the passage, as the beginning of a window and alone in the batch. Errors: PMY_BAD_DATA. */
pmy_status passage_forward(const passage *p, pmy_language *language, pmy_error *error);

#endif
