/* Pictures in shades of grey: numbers, one a pixel. */
#ifndef PMY_PICTURE_GREY_H
#define PMY_PICTURE_GREY_H

#include "picture/picture.h"

typedef struct pmy_grey {
    size_t width, height;
    float *values; /* [height, width] */
} pmy_grey;

/* One filled with zeros. *grey is empty after an error. Errors: PMY_NO_MEMORY. */
pmy_status pmy_grey_new(size_t width, size_t height, pmy_grey *grey, pmy_error *error);

/* Gives the memory back and empties *grey; an empty one is left as it is. */
void pmy_grey_free(pmy_grey *grey);

/* The picture laid on white, as luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B): 0 is black, 1 white.
 * Errors: PMY_NO_MEMORY. */
pmy_status pmy_grey_of_picture(const pmy_picture *picture, pmy_grey *grey, pmy_error *error);

/* Turns or mirrors *grey from the way EXIF's `orientation` says it lies to the way it should:
 *
 *   1 as it is      2 mirrored left to right   3 upside down           4 mirrored top to bottom
 *   5 transposed    6 turn it clockwise        7 transposed the other way   8 turn it anticlockwise
 *
 * Errors: PMY_NO_MEMORY; then *grey is as it was. */
pmy_status pmy_grey_orient(pmy_grey *grey, unsigned orientation, pmy_error *error);

/* Where a smaller or larger picture takes its pixels: its pixel [0, 0] covers the square of side
 * `step` whose top left corner is at (left, top), in pixels of the other one. */
typedef struct pmy_sampling {
    double left, top, step;
} pmy_sampling;

/* Fills *to [its height, its width] with the means of *from over the squares that its pixels cover (an area
 * filter), or, where these are smaller than *from's pixels, with what linear interpolation gives at their
 * middles. Around *from is nothing, or what is at its edge. Errors: PMY_NO_MEMORY. */
typedef enum pmy_surroundings { PMY_AROUND_ZERO, PMY_AROUND_EDGE } pmy_surroundings;
pmy_status pmy_grey_resample(const pmy_grey *from, pmy_sampling sampling, pmy_surroundings around,
                             pmy_grey *to, pmy_error *error);

/* Shrinks *grey so that its longer side is `longest` pixels, if it is longer. Errors: PMY_NO_MEMORY. */
pmy_status pmy_grey_shrink(pmy_grey *grey, size_t longest, pmy_error *error);

/* Takes noise away: means over 3×3 pixels, weighted 1 2 1 both ways. Errors: PMY_NO_MEMORY. */
pmy_status pmy_grey_smooth(pmy_grey *grey, pmy_error *error);

#endif
