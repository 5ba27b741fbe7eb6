/* Images between the order that they have outside, [channels, height, width], and the order in which the
 * channels of a pixel lie side by side, to be taken in lanes: [padded_height, padded_width, pixel]. */
#ifndef PMY_KERNELS_CHANNELS_LAST_H
#define PMY_KERNELS_CHANNELS_LAST_H

#include "base/lanes.h"

typedef struct pmy_channels_last {
    size_t channels, height, width;
    size_t padding;                     /* of zeros above the image and to its left */
    size_t padded_height, padded_width; /* with the zeros on all sides */
    size_t pixel;                       /* numbers from a pixel to the next, at least `channels` */
} pmy_channels_last;

/* Of images [channels, height, width] with `padding` on all sides. */
static inline pmy_channels_last pmy_channels_last_of(size_t channels, size_t height, size_t width,
                                                     size_t padding, size_t pixel)
{
    return (pmy_channels_last){channels, height, width, padding, height + 2 * padding, width + 2 * padding,
                               pixel};
}

/* Numbers that the padded image takes; what is written after the last pixel stays in these. */
static inline size_t pmy_channels_last_size(const pmy_channels_last *form)
{
    return form->padded_height * form->padded_width * form->pixel + PMY_LANES;
}

/* Writes x [channels, height, width] and the zeros around it. Where a pixel takes more numbers than there are
 * channels, the rest of it up to a multiple of PMY_LANES is zeros. */
void pmy_channels_to_last(const pmy_channels_last *form, const pmy_real *x, pmy_real *image);

/* Sets y [channels, height, width] to an image, or adds the image to it. */
void pmy_channels_from_last(const pmy_channels_last *form, const pmy_real *image, bool accumulate,
                            pmy_real *y);

#endif
