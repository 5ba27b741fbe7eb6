/* A smooth field of random displacements, for elastic distortions of pictures (Simard, Steinkraus and Platt,
 * "Best practices for convolutional neural networks applied to visual document analysis", 2003).
 *
 * There, a random number for each pixel is smoothed with a Gaussian. Here there is one for each knot of a
 * coarse grid, and cubic B-splines between them: a B-spline of knots d pixels apart is close to a Gaussian
 * with a standard deviation of d/√3, and costs a small part of it. */
#ifndef PMY_DATA_ELASTIC_H
#define PMY_DATA_ELASTIC_H

#include "base/arena.h"

#include <stdint.h>

typedef struct pmy_elastic pmy_elastic;

/* For pictures of height by width, for one thread at a time. `strength`: the field's root mean square
 * in pixels, on each axis; `smoothness`: the Gaussian's standard deviation, in pixels. Lives in the arena;
 * NULL: there is no memory. */
pmy_elastic *pmy_elastic_new(double strength, double smoothness, size_t height, size_t width,
                             pmy_arena *arena);

/* Another field, from the blocks of (seed, stream) from `position` on. */
void pmy_elastic_draw(pmy_elastic *elastic, uint64_t seed, uint64_t stream, uint64_t position);

/* The drawn field in one row of the picture: down, across [width], in pixels. */
void pmy_elastic_row(pmy_elastic *elastic, size_t row, float *down, float *across);

#endif
