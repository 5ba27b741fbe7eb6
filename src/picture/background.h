/* The paper a digit stands on: whether it is light or dark, and how the light falls on it. */
#ifndef PMY_PICTURE_BACKGROUND_H
#define PMY_PICTURE_BACKGROUND_H

#include "picture/grey.h"

#include <stdbool.h>

/* Turns *grey (0 black, 1 white) into ink: about 0 where there is only paper, and more the more ink there is.
 * Paper is what is at the picture's edge. Its brightness is taken to be a surface of second degree
 * over the picture, b(x, y), fitted to what is not ink; then ink is (b − grey) / b on light paper, since a
 * shadow dims both alike, and grey − b on dark. */
void pmy_background_remove(pmy_grey *grey, bool *paper_is_light);

#endif
