/* What the light leaves after that no smooth surface describes: the edge of a hand's shadow. */
#ifndef PMY_PICTURE_SHADOW_H
#define PMY_PICTURE_SHADOW_H

#include "picture/grey.h"

/* Subtracts from *ink (background.h) what is wider than a sixth of the picture's longer side in every
 * direction, as strokes are not unless the digit is bold and fills the picture. That is its grey opening
 * (Serra, "Image analysis and mathematical morphology", 1982) by a square. */
void pmy_shadow_remove(pmy_grey *ink);

#endif
