/* What pow is made of. For the files of this folder. */
#ifndef PMY_BASE_MATH_LOGARITHM_H
#define PMY_BASE_MATH_LOGARITHM_H

#include "base/math/pair.h"

/* log x of a positive, finite x, to all digits of a pair but a few. */
pmy_pair pmy_logarithm(double x);

#endif
