/* What somebody may have meant who wrote a word that there is not. */
#ifndef PMY_BASE_SUGGESTION_H
#define PMY_BASE_SUGGESTION_H

#include <stddef.h>

/* Begins as {0}; word: the nearest of those that were offered, NULL if none is near. */
typedef struct pmy_suggestion {
    const char *word;
    size_t changes;
} pmy_suggestion;

/* Offers a word in place of the one that was `written` [length]. It is taken if the written one begins it, or
 * else differs from it less than from those before, and by no more than a third of its letters: how many
 * must be inserted, deleted, replaced or swapped with their neighbour (optimal string alignment). */
void pmy_suggest(pmy_suggestion *suggestion, const char *written, size_t length, const char *offered);

/* ": did you mean 'relu'?"; `otherwise` where none is near. */
typedef struct pmy_suggestion_text {
    char text[80];
} pmy_suggestion_text;
pmy_suggestion_text pmy_suggestion_print(pmy_suggestion suggestion, const char *otherwise);

#endif
