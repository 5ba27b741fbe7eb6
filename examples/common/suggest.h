/* What somebody may have meant who wrote a word that there is not. */
#ifndef COMMON_SUGGEST_H
#define COMMON_SUGGEST_H

#include <stddef.h>

/* Of the `count` words, the one that `word` begins or else differs from least
 * (letters left out, added, changed, or swapped with their neighbour: optimal
 * string alignment); NULL if it differs by more than a third of its letters. */
const char *suggest_word(const char *word, const char *const *words, size_t count);

#endif
