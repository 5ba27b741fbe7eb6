/* How thick the strokes of a digit are. */
#ifndef PMY_PICTURE_STROKE_H
#define PMY_PICTURE_STROKE_H

#include "picture/grey.h"

/* The mean width of the strokes in pixels, for ink between 0 and 1: twice the area over the length of its
 * outline. 0 if there is no ink. */
double pmy_stroke_width(const pmy_grey *ink);

/* The side in pixels of the largest square in which all ink is above `least`: more than any stroke's width in
 * a blot. Below 0: no memory. */
double pmy_stroke_largest_square(const pmy_grey *ink, float least);

/* Makes strokes thicker by `radius` on both sides, with soft edges, as a wider pen would. *ink grows by
 * the radius, rounded up, on each side. */
void pmy_stroke_thicken(pmy_grey *ink, double radius);

#endif
