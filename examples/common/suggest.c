#include "common/suggest.h"

#include <string.h>

/* Nobody misspells words longer than this; they get no suggestion. */
#define LONGEST 40

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many changes make `a` [m] into `b` [n], both at most LONGEST long. */
static size_t distance(const char *a, size_t m, const char *b, size_t n)
{
    /* changes[i][j] make the first i letters of a into the first j of b */
    size_t changes[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= m; i++)
        changes[i][0] = i;
    for (size_t j = 0; j <= n; j++)
        changes[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = 1; j <= n; j++) {
            size_t changed = changes[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            size_t added_or_left_out = least(changes[i - 1][j], changes[i][j - 1]) + 1;
            changes[i][j] = least(changed, added_or_left_out);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                changes[i][j] = least(changes[i][j], changes[i - 2][j - 2] + 1);
        }
    }
    return changes[m][n];
}

const char *suggest_word(const char *word, const char *const *words, size_t count)
{
    size_t length = strlen(word);
    if (length == 0 || length > LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(words[i], word, length) == 0)
            return words[i];

    const char *nearest = NULL;
    size_t fewest = (length + 2) / 3;
    for (size_t i = 0; i < count; i++) {
        size_t candidate_length = strlen(words[i]);
        if (candidate_length > LONGEST)
            continue;
        size_t changes = distance(word, length, words[i], candidate_length);
        if (changes < fewest || (changes == fewest && !nearest)) {
            nearest = words[i];
            fewest = changes;
        }
    }
    return nearest;
}
