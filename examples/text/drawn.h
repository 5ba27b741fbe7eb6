/* A token that a model has written, as a line that says how likely it was, and what else was. */
#ifndef TEXT_DRAWN_H
#define TEXT_DRAWN_H

#include "data/vocabulary.h"
#include "train/sampling.h"

#include <stdbool.h>

typedef struct drawn {
    const pmy_vocabulary *vocabulary;
    const pmy_choice *choice; /* [kept], the likeliest first */
    size_t kept;
    size_t taken; /* its index */
} drawn;

/* The headings of the lines. */
void drawn_print_heading(void);

/* In columns: the token, its p, the entropy of what could have been drawn, and the likeliest of that; control
 * characters are visible. */
void drawn_print(const drawn *of);

/* The same as a JSON object; the likeliest only if `whole`. */
void drawn_write(const drawn *of, bool whole);

#endif
