/* Ink where no smooth surface describes what is behind it: a desk around the sheet, a shadow's edge. */
#ifndef PMY_PICTURE_TOP_HAT_H
#define PMY_PICTURE_TOP_HAT_H

#include "picture/grey.h"

#include <stdbool.h>

/* Is something wide, as a desk or a shadow is and strokes are not, left in *ink (background.h), `full` being
 * a stroke's? It reaches the picture's edge, or is more than a digit could be. *ink is emptied where there is
 * no memory to say so. */
bool pmy_has_wide_ink(pmy_grey *ink, float full);

/* Turns *grey (0 black, 1 white) into ink as background.h does, but takes for ink what is narrower than a
 * sixth of the picture's longer side and darker, or brighter, than what is beside it: a top hat (Meyer 1979;
 * see morphology.h). *background becomes the brightness behind it. */
void pmy_top_hat(pmy_grey *grey, bool *paper_is_light, pmy_grey *background);

#endif
