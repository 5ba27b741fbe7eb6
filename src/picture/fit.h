/* How MNIST's digits fill their pictures: fitted into 20×20 pixels with their shape kept, and put into
 * 28×28 so that their centre of mass is in the middle (LeCun, Bottou, Bengio and Haffner, "Gradient-based
 * learning applied to document recognition", Proc. IEEE 86, 1998). */
#ifndef PMY_PICTURE_FIT_H
#define PMY_PICTURE_FIT_H

#include "picture/grey.h"

enum { PMY_FIT_BOX = 20, PMY_FIT_SIDE = 28 };

/* Cuts out the bounding box of what is above `least`. *cropped is empty after an error, and if there is
 * nothing. Errors: PMY_NO_MEMORY. */
pmy_status pmy_fit_crop(const pmy_grey *ink, float least, pmy_grey *cropped, pmy_error *error);

/* Scales the ink so that its longer side is PMY_FIT_BOX pixels, into *fitted [20, 20]. Errors: PMY_NO_MEMORY.
 */
pmy_status pmy_fit_scale(const pmy_grey *ink, pmy_grey *fitted, pmy_error *error);

/* Puts the ink [20, 20] into *centred [28, 28], moved by whole pixels. Errors: PMY_NO_MEMORY. */
pmy_status pmy_fit_centre(const pmy_grey *ink, pmy_grey *centred, pmy_error *error);

#endif
