/* Axes: from numbers to places in a picture, and the round numbers to write along them. */
#ifndef COMMON_SVG_AXIS_H
#define COMMON_SVG_AXIS_H

#include "common/svg.h"
#include "common/svg_label.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum svg_scale { SVG_LINEAR, SVG_LOG } svg_scale;

/* What values there are; svg_range_empty() is the range without any. */
typedef struct svg_range {
    double least, most;
} svg_range;
svg_range svg_range_empty(void);

/* Makes the range hold the value, unless it has no place on such an axis: one
 * that is not finite, or not positive on a logarithmic one. */
void svg_range_add(svg_range *range, double value, svg_scale scale);

typedef struct svg_axis {
    svg_scale scale;
    double least, most; /* the values at its ends; least < most */
    double start, end;  /* the places of these two, in pixels */
    double step;        /* from one round number to the next, on a linear one */
} svg_axis;

/* An axis from `start` to `end` that holds the range and begins and ends with
 * round numbers: on a logarithmic one powers of ten, or 1, 2 and 5 times them if
 * it spans few. An empty range becomes 0 … 1 or 1 … 10, a single value gets room on both sides. */
svg_axis svg_axis_over(svg_range range, svg_scale scale, double start, double end);

/* The same for numbers that are counted: a linear axis whose round numbers are whole. */
svg_axis svg_axis_over_whole(svg_range range, double start, double end);

/* Where the value is; NaN if it has no place on the axis. */
double svg_axis_place(const svg_axis *axis, double value);

/* Round numbers from one end to the other, in rising order, as many as there is room
 * for; those in between, without a label, only on a logarithmic axis. */
typedef struct svg_tick {
    double value;
    bool labelled;
    svg_label label;
} svg_tick;
#define SVG_MOST_TICKS 128
size_t svg_axis_ticks(const svg_axis *axis, svg_tick ticks[SVG_MOST_TICKS]);

/* Room that svg_axes_draw needs left of and below the plot. */
double svg_axis_left_room(const svg_axis *y, const char *y_label);
double svg_axis_bottom_room(const char *x_label);

/* Draws the x axis along the bottom of the plot and the y axis along its left side, each
 * with its ticks and grid lines; a label may be NULL. */
void svg_axis_draw_bottom(svg *picture, svg_box plot, const svg_axis *x, const char *label);
void svg_axis_draw_left(svg *picture, svg_box plot, const svg_axis *y, const char *label);

#endif
