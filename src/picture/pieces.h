/* Which pieces of ink are a digit, and how many digits there are. */
#ifndef PMY_PICTURE_PIECES_H
#define PMY_PICTURE_PIECES_H

#include "picture/components.h"

/* In place of a number in a row: the digit with most ink. */
#define PMY_LARGEST_DIGIT SIZE_MAX

/* Sets left_out, digit and chosen of the components; returns how many things there are as large as a digit,
 * the chosen one among them; 0: no ink. Pieces that are near each other, or one above the other, are one
 * digit (the bar of a 5 that does not touch); of several digits that with most ink is chosen, or number
 * `which`, 0 …, from the left. Left out are specks, and what lies along the picture's edge if there is
 * something else: a table under the paper. Of a `page`, on which there was more than paper and ink, nothing
 * that reaches the picture's edge is a digit. Where there is no memory, the components are emptied. */
size_t pmy_pieces_choose(const pmy_grey *ink, bool page, size_t which, pmy_components *components);

#endif
