/* Which pieces of ink are a digit, and how many digits there are. */
#ifndef PMY_PICTURE_PIECES_H
#define PMY_PICTURE_PIECES_H

#include "picture/components.h"

#include <stdbool.h>

/* What was found out about the pieces. */
typedef struct pmy_pieces {
    bool *chosen;  /* [components->count]: it belongs to the digit */
    size_t digits; /* how many things there are as large as a digit, the chosen one among them; 0: no ink */
} pmy_pieces;

/* Pieces that are near each other, or one above the other, are one digit (the bar of a 5 that does not
 * touch); of several digits the one with most ink is chosen. Left out are specks, and what lies along the
 * picture's edge if there is something else: a table under the paper. *pieces is empty after an error.
 * Errors: PMY_NO_MEMORY. */
pmy_status pmy_pieces_choose(const pmy_grey *ink, const pmy_components *components, pmy_pieces *pieces,
                             pmy_error *error);

void pmy_pieces_free(pmy_pieces *pieces);

#endif
