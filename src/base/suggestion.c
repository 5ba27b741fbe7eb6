#include "base/suggestion.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Nobody misspells words longer than this; they get no suggestion. */
enum { LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many changes make `a` [m] into `b` [n], both at most LONGEST long. */
static size_t edit_distance(const char *a, size_t m, const char *b, size_t n)
{
    /* changes[i][j] make the first i letters of a into the first j of b */
    size_t changes[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= m; i++)
        changes[i][0] = i;
    for (size_t j = 0; j <= n; j++)
        changes[0][j] = j;
    for (size_t i = 1; i <= m; i++) {
        for (size_t j = 1; j <= n; j++) {
            size_t replaced = changes[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            size_t inserted_or_deleted = least(changes[i - 1][j], changes[i][j - 1]) + 1;
            changes[i][j] = least(replaced, inserted_or_deleted);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                changes[i][j] = least(changes[i][j], changes[i - 2][j - 2] + 1);
        }
    }
    return changes[m][n];
}

void pmy_suggest(pmy_suggestion *suggestion, const char *written, size_t length, const char *offered)
{
    size_t width = strlen(offered);
    if (length == 0 || length > LONGEST || width > LONGEST)
        return;
    bool begins = length <= width && memcmp(written, offered, length) == 0;
    size_t changes = begins ? 0 : edit_distance(written, length, offered, width);
    if (changes <= (length + 2) / 3 && (!suggestion->word || changes < suggestion->changes))
        *suggestion = (pmy_suggestion){offered, changes};
}

pmy_suggestion_text pmy_suggestion_print(pmy_suggestion suggestion, const char *otherwise)
{
    pmy_suggestion_text out;
    const char *word = suggestion.word;
    (void)snprintf(out.text, sizeof out.text, word ? ": did you mean '%s'?" : "%s", word ? word : otherwise);
    return out;
}
