/* A net's line of text as words and marks: what its reader sees, and how it says what is wrong with one.
 * For net_reader.c alone. */
#ifndef PMY_LAYERS_NET_WORDS_H
#define PMY_LAYERS_NET_WORDS_H

#include "tensor/status.h"

#include <stdbool.h>

/* A piece of the text, begin … end − 1. */
typedef struct pmy_span {
    size_t begin, end;
} pmy_span;

typedef struct pmy_words {
    const char *text;
    size_t at;  /* of the next byte */
    size_t end; /* behind the last word that was read */
    pmy_error *error;
} pmy_words;

/* The next word: up to a space, a comma, a bracket or the end. A [ is a word of its own; at a comma, a ] or
 * the end the word is empty. */
pmy_span pmy_next_word(pmy_words *words);
bool pmy_is_empty(pmy_span word);
bool pmy_is_word(const pmy_words *words, pmy_span word, const char *other);

/* The mark that comes next, behind any spaces: ',', ']' or 0 for the end, or else the first letter of
 * a word. */
char pmy_next_mark(pmy_words *words);

/* The word as a message can show it: a long one is cut between two characters of UTF-8, and
 * nothing in it moves a terminal's cursor. */
typedef struct pmy_shown_word {
    char text[41];
} pmy_shown_word;
pmy_shown_word pmy_show_word(const pmy_words *words, pmy_span word);

/* How many letters must be inserted, deleted or replaced to make `other` of the word (Levenshtein); SIZE_MAX
 * where that is so many that it cannot be a slip. */
size_t pmy_word_distance(const pmy_words *words, pmy_span word, const char *other);

/* Fails with the place of the word that is wrong. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
pmy_status
pmy_wrong_word(const pmy_words *words, pmy_span word, const char *format, ...);

#endif
