/* Labels beside points, out of the way of each other and of curves. */
#ifndef COMMON_SVG_BESIDE_H
#define COMMON_SVG_BESIDE_H

#include "common/svg.h"

#include <stddef.h>

#define SVG_MOST_LABELS 32

typedef struct svg_surroundings {
    svg_box area;        /* where labels should stay */
    const double *x, *y; /* [point_count], joined by lines but for gaps where one is not finite */
    size_t point_count;
    svg_box labels[SVG_MOST_LABELS]; /* those written so far */
    size_t label_count;
} svg_surroundings;

/* Writes the text beside the point, on the side where it covers least. */
void svg_text_beside(svg *picture, svg_surroundings *surroundings, double x, double y, const char *text);

/* Narrows the part [*from, *to] of the line at + t · direction to that between least
 * and most; empty (*from > *to) if there is none. */
void svg_clip_line(double at, double direction, double least, double most, double *from, double *to);

#endif
