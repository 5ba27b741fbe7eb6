/* A model that writes: tokens drawn one after the other from what it says may come next. */
#ifndef TEXT_WRITER_H
#define TEXT_WRITER_H

#include "base/random.h"
#include "train/generator.h"
#include "train/sampling.h"

/* To be read by anyone. */
typedef struct writer {
    pmy_generator *generator; /* not its own */
    const pmy_vocabulary *vocabulary;
    pmy_sampling sampling;
    pmy_random random;
    pmy_choice *choice; /* [vocabulary->count]: what the last token was drawn from, the likeliest first … */
    size_t kept;        /* … only from so many … */
    size_t taken;       /* … and which it was */
} writer;

/* Errors: PMY_NO_MEMORY; also then it is to be freed. */
pmy_status writer_begin(writer *w, pmy_generator *generator, const pmy_sampling *sampling, uint64_t seed,
                        pmy_error *error);
void writer_free(writer *w);

/* Forgets all that was written and reads the prompt: with "" what stands before a line. Errors: PMY_BAD_FILE
 * (a character that has no token), PMY_BAD_DATA, PMY_NO_MEMORY; messages begin with `name`. */
pmy_status writer_read(writer *w, const char *name, const char *prompt, pmy_error *error);

/* Draws a token. It is to be read, too, for there to be a next one. Errors: PMY_BAD_DATA. */
pmy_status writer_draw(writer *w, int32_t *token, pmy_error *error);

/* A token as it may go to a terminal or a page: itself, be it a newline or a tab, and of other control
 * characters what pmy_vocabulary_show has for them. */
pmy_token_text writer_visible(const pmy_vocabulary *vocabulary, int32_t token);

#endif
