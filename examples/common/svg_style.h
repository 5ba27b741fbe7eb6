/* The style sheet of all pictures. Its words:
 *
 *   paper                   the background
 *   heading  label  tick    text: a title; what is said; numbers on axes
 *   cell  on-strong         a value in a heat map's cell, in one of strong colour
 *   halo                    text that keeps its surroundings clear of lines
 *   axis  grid  reference   lines: an axis, one across the plot, one to compare with
 *   ring                    a circle around a point
 *   positive  negative      the colours of a heat map's cells
 *   unknown                 what has no value
 *   stroke-N  fill-N        the colour of series N, 0 ≤ N < SVG_SERIES
 *   dashed  faint           beside stroke-N: how the line is drawn */
#ifndef COMMON_SVG_STYLE_H
#define COMMON_SVG_STYLE_H

#include <stddef.h>

#define SVG_SERIES 6

/* The size of labels' letters in pixels, and of numbers on axes and in cells. */
#define SVG_LABEL_SIZE 12
#define SVG_TICK_SIZE 11

extern const char svg_style_sheet[];

/* "stroke-N", "stroke-N dashed", "stroke-N faint" and "fill-N" for any N: the series take turns with the
 * colours. */
const char *svg_series_stroke(size_t series);
const char *svg_series_dashed(size_t series);
const char *svg_series_faint(size_t series);
const char *svg_series_fill(size_t series);

#endif
