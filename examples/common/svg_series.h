/* Numbers along a run, taken to be drawn. */
#ifndef COMMON_SVG_SERIES_H
#define COMMON_SVG_SERIES_H

#include "common/svg_plot.h"

typedef struct svg_series {
    double *x, *y; /* [count] */
    size_t count;
} svg_series;

/* Room for so many points, zeros; for none, if there is no memory, of which the picture then says so. */
svg_series svg_series_new(svg *picture, size_t count);
void svg_series_free(svg_series *series);

svg_curve svg_series_curve(const char *name, const svg_series *series, svg_look look);

#endif
