/* A line of text as words and marks: what the readers of such lines see, and how they say what is
 * wrong with one. */
#ifndef PMY_BASE_WORDS_H
#define PMY_BASE_WORDS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A piece of the text, begin … end − 1. */
typedef struct pmy_span {
    size_t begin, end;
} pmy_span;

typedef struct pmy_words {
    const char *text;
    size_t at;        /* of the next byte */
    size_t end;       /* after the last word that was read */
    pmy_status wrong; /* what pmy_wrong_word ends in */
    pmy_error *error;
} pmy_words;

/* The next word: up to a space, a comma, a bracket or the end. A [ or ( is a word of its own; at a comma, a
 * ], a ) or the end the word is empty. */
pmy_span pmy_next_word(pmy_words *words);
bool pmy_is_empty(pmy_span word);
bool pmy_is_word(const pmy_words *words, pmy_span word, const char *other);

/* The mark that comes next, after any spaces: ',', ']', ')' or 0 for the end, or else the first letter of
 * a word. */
char pmy_next_mark(pmy_words *words);

/* The word as a message can show it: a long one is cut between two characters of UTF-8, and
 * what is a control character or no UTF-8 is a '?'. */
typedef struct pmy_shown_word {
    char text[41];
} pmy_shown_word;
pmy_shown_word pmy_show_word(const pmy_words *words, pmy_span word);

/* Fails with the place of the word that is wrong. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
pmy_status
pmy_wrong_word(const pmy_words *words, pmy_span word, const char *format, ...);

#endif
