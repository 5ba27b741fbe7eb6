/* How a language model reads a passage: how likely each token was to it before it saw it. */
#ifndef TEXT_READING_H
#define TEXT_READING_H

#include "text/passage.h"

/* Of each token but the first. */
typedef struct reading {
    passage of;
    double p[PASSAGE_MOST];           /* of the token that came */
    int32_t likeliest[PASSAGE_MOST];  /* what was expected most … */
    double likeliest_p[PASSAGE_MOST]; /* … and how likely it was */
} reading;

/* Shows the model the passage r->of (see passage_forward). Errors: PMY_BAD_DATA, PMY_NO_MEMORY. */
pmy_status reading_make(pmy_language *language, reading *r, pmy_error *error);

#endif
