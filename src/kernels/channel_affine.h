/* An affine function of each channel, as a batchnorm at rest is one. */
#ifndef PMY_KERNELS_CHANNEL_AFFINE_H
#define PMY_KERNELS_CHANNEL_AFFINE_H

#include "base/real.h"

/* y = (x − mean) scale + shift: [channels] each. */
typedef struct pmy_channel_affine {
    const pmy_real *mean, *scale, *shift;
} pmy_channel_affine;

#endif
