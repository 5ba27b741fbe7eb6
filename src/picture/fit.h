/* How MNIST's digits fill their pictures: fitted into 20×20 pixels with their shape kept, and put into
 * 28×28 so that their centre of mass is in the middle (LeCun, Bottou, Bengio and Haffner, "Gradient-based
 * learning applied to document recognition", Proc. IEEE 86, 1998). */
#ifndef PMY_PICTURE_FIT_H
#define PMY_PICTURE_FIT_H

#include "picture/grey.h"

enum { PMY_FIT_BOX = 20, PMY_FIT_SIDE = 28 };

/* Cuts out the bounding box of what is above `least`; one black pixel if there is nothing. */
pmy_grey pmy_fit_crop(const pmy_grey *ink, float least);

/* Scales the ink so that its longer side is PMY_FIT_BOX pixels: [20, 20]. */
pmy_grey pmy_fit_scale(const pmy_grey *ink);

/* Puts the ink [20, 20], moved by whole pixels, into [28, 28]. */
pmy_grey pmy_fit_centre(const pmy_grey *ink);

#endif
