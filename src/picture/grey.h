/* Pictures in shades of grey: numbers, one a pixel. */
#ifndef PMY_PICTURE_GREY_H
#define PMY_PICTURE_GREY_H

#include "picture/picture.h"

typedef struct pmy_grey {
    size_t width, height;
    float *values; /* [height, width] */
} pmy_grey;

/* One filled with zeros. Where there is no memory for it, or no pixel in it, it is empty: all 0. What is made
 * of an empty one is empty too, so that who goes several steps looks once, after the last, whether there was
 * memory for all. */
pmy_grey pmy_grey_new(size_t width, size_t height);

/* Gives the memory back and empties *grey; an empty one is left as it is. */
void pmy_grey_free(pmy_grey *grey);

/* Frees *grey and takes the other in its place. */
void pmy_grey_replace(pmy_grey *grey, pmy_grey by);

/* The longer side. */
double pmy_grey_longest(const pmy_grey *grey);

/* A pixel's value; outside of the picture 0. */
float pmy_grey_at(const pmy_grey *grey, long column, long row);

/* What a window of that size shows, its top left corner at pixel (left, top) of *from. */
pmy_grey pmy_grey_window(const pmy_grey *from, long left, long top, size_t width, size_t height);

/* The picture as luma (ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B): 0 is black, 1 white. It is laid on white;
 * one that is mostly see-through and else bright, as white ink is, on black. */
pmy_grey pmy_grey_of_picture(const pmy_picture *picture);

/* Turns or mirrors *grey from the way EXIF's `orientation` says it lies to the way it should:
 *
 *   1 as it is      2 mirrored left to right   3 upside down           4 mirrored top to bottom
 *   5 transposed    6 turn it clockwise        7 transposed the other way   8 turn it anticlockwise */
void pmy_grey_orient(pmy_grey *grey, unsigned orientation);

/* Takes noise away: means over 3×3 pixels, weighted 1 2 1 both ways. */
void pmy_grey_smooth(const pmy_grey *grey);

/* Where a smaller or larger picture takes its pixels: its pixel [0, 0] covers the square of side
 * `step` whose top left corner is at (left, top), in pixels of the other one. */
typedef struct pmy_resampling {
    double left, top, step;
} pmy_resampling;

/* A picture of that size with the means of *from over the squares that its pixels cover (an area filter), or,
 * where these are smaller than *from's pixels, with what linear interpolation gives at their middles. Around
 * *from is nothing, or what is at its edge. */
typedef enum pmy_surroundings { PMY_AROUND_ZERO, PMY_AROUND_EDGE } pmy_surroundings;
pmy_grey pmy_grey_resample(const pmy_grey *from, pmy_resampling sampling, pmy_surroundings around,
                           size_t width, size_t height);

/* Shrinks *grey so that its longer side is `longest` pixels, if it is longer. */
void pmy_grey_shrink(pmy_grey *grey, size_t longest);

/* A small picture that covers all of *grey, its longer side at most `longest` pixels, *step of *grey's each.
 */
pmy_grey pmy_grey_thumbnail(const pmy_grey *grey, size_t longest, double *step);

#endif
