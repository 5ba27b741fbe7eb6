/* What is narrow and what is wide in a picture (Serra, "Image analysis and mathematical morphology", 1982).
 */
#ifndef PMY_PICTURE_MORPHOLOGY_H
#define PMY_PICTURE_MORPHOLOGY_H

#include "picture/grey.h"

/* Copies in which each pixel is the brightest, or the darkest, of those in a square of 2 · radius + 1 around
 * it. */
pmy_grey pmy_grey_brightest(const pmy_grey *grey, size_t radius);
pmy_grey pmy_grey_darkest(const pmy_grey *grey, size_t radius);

/* A copy in which what is brighter than its surroundings and does not hold such a square is gone: the
 * darkest, then the brightest of that. What is at the picture's edge goes on beyond it. */
pmy_grey pmy_grey_opening(const pmy_grey *grey, size_t radius);

/* The same of what is darker. */
pmy_grey pmy_grey_closing(const pmy_grey *grey, size_t radius);

#endif
