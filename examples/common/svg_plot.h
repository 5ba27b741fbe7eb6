/* Line plots: curves over linear or logarithmic axes, points that are pointed
 * out, and, on two logarithmic axes, slopes to compare with. */
#ifndef COMMON_SVG_PLOT_H
#define COMMON_SVG_PLOT_H

#include "common/svg.h"
#include "common/svg_axis.h"
#include "common/svg_legend.h"

#include <stdbool.h>
#include <stddef.h>

/* Points without a place on the axes (not finite, or not positive on a
 * logarithmic one) are gaps. */
typedef struct svg_curve {
    const char *name;    /* in the legend; may be NULL */
    const double *x, *y; /* [count] */
    size_t count;
    svg_look look;            /* not SVG_FILLED */
    bool continues;           /* is of the colour of the curve before */
    const double *low, *high; /* [count], each point's uncertainty as a line upright; NULL: none is drawn */
} svg_curve;

/* A ring around a point, with a label beside it. */
typedef struct svg_mark {
    double x, y;
    const char *label;
} svg_mark;

/* The line y ∝ x^slope through a point of the plot, across all of it. */
typedef struct svg_slope {
    double x, y, slope;
    const char *label;
} svg_slope;

typedef struct svg_plot {
    const char *title, *x_label, *y_label; /* each may be NULL */
    svg_scale x_scale, y_scale;
    bool x_counts;           /* x is counted: its axis has whole numbers only */
    const svg_curve *curves; /* [curve_count] */
    size_t curve_count;
    const svg_mark *marks; /* [mark_count] */
    size_t mark_count;
    const svg_slope *slopes; /* [slope_count]; only if both axes are logarithmic */
    size_t slope_count;
} svg_plot;

/* Draws the plot into the box, which should leave it some 200 pixels each way. */
void svg_plot_draw(svg *picture, svg_box box, const svg_plot *plot);

#endif
