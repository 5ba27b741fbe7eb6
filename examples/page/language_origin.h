/* What a language model says may come next, where these numbers come from, and where its heads look, in
 * words. */
#ifndef PAGE_LANGUAGE_ORIGIN_H
#define PAGE_LANGUAGE_ORIGIN_H

#include "text/heads.h"
#include "train/sampling.h"

/* All tokens, the likeliest first. */
typedef struct language_choices {
    const pmy_vocabulary *vocabulary;
    pmy_sampling sampling;
    pmy_choice *choice, *kept_choice; /* [count]: of all; of those that may be drawn */
    size_t kept;                      /* of kept_choice */
    double *z;                        /* [count] logits */
    double *p;                        /* [count] softmax(z/T) */
    double *drawn;                    /* [count] the shares with which they are drawn: p of those kept, over
                                       * their sum; else 0 */
    int32_t next;                     /* the token taken to have come next; -1: the likeliest */
    size_t target;                    /* which of the choices that is */
    double *slope;                    /* [count] (p - y)/T, of the loss -log p[target] by z */
} language_choices;

pmy_status language_choices_new(language_choices *of, const pmy_vocabulary *vocabulary, pmy_error *error);
void language_choices_free(language_choices *of);

/* PMY_BAD_DATA: see pmy_sampling_choices. */
pmy_status language_choices_make(language_choices *of, const pmy_sampling *sampling, const pmy_real *logits,
                                 pmy_error *error);

/* Answers z, p, drawn and slope with their figures; "target"; "token", what each is called; "append", what it
 * adds to a text; "kept"; and a "summary" for people. */
void language_choices_answer(const language_choices *of);
void language_choices_origin(const language_choices *of, const char *column, size_t i);

/* Answers "text": to which tokens a token gives most of its attention. */
void language_look_answer(const heads *of, const passage *tokens, size_t layer, size_t head, size_t query);

#endif
