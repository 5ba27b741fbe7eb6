/* The ten digits as a pen writes them: paths of our own, none of them MNIST's or a font's. */
#ifndef PAPERS_PEN_H
#define PAPERS_PEN_H

#include "base/random.h"

#include <stdbool.h>

typedef struct pen_point {
    double x, y;     /* of a digit 1 high that begins at (0, 0), y downwards */
    double pressure; /* about 1: how much wider the line is than the pen's mean */
    bool lifted;     /* the pen comes to this point without writing */
} pen_point;

enum { PEN_MOST_POINTS = 512 };

typedef struct pen_path {
    size_t count;
    pen_point point[PEN_MOST_POINTS];
    double width; /* of all points; the height is 1 */
} pen_path;

/* Writes a digit, 0 … 9, in one of its usual shapes, its points, slant, proportions and pressure drawn from
 * *random. */
void pen_write(int digit, pmy_random *random, pen_path *path);

#endif
