/* Pictures as SVG, readable on light and on dark backgrounds: colours are in one
 * style sheet that asks what the reader prefers. A picture is kept in
 * memory until it is written. All coordinates are in pixels from the top left.
 *
 *   svg *picture = svg_new(640, 400, "error against step size", NULL);
 *   svg_plot_draw(picture, (svg_box){0, 0, 640, 400}, &plot);
 *   pmy_status status = svg_write(picture, "v.svg", &error);
 *   svg_free(picture);
 *
 * A NULL picture, which svg_new returns when there is no memory, is one that
 * svg_write refuses; all other calls take it too. */
#ifndef COMMON_SVG_H
#define COMMON_SVG_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct svg svg;

typedef struct svg_box {
    double left, top, width, height;
} svg_box;

/* The title and the description (may be NULL) are read out to those who cannot see the picture. */
svg *svg_new(double width, double height, const char *title, const char *description);
void svg_free(svg *picture);

/* Ends the picture: its text, ended by NUL, which lasts as long as it does. NULL: there was no memory. */
const char *svg_whole(svg *picture, size_t *size);

/* Ends the picture and writes it, whole or not at all. Errors: PMY_NO_MEMORY (now or
 * in any call before), PMY_IO. */
pmy_status svg_write(svg *picture, const char *path, pmy_error *error);

/* Ends the picture and writes it as an element of an HTML page, which has svg_style_sheet (svg_style.h) for
 * all of its pictures. False, and nothing is written, if there was no memory. */
bool svg_put_inline(svg *picture, FILE *file);

/* ---- shapes -----------------------------------------------------------------
 *
 * `style` is one or more words of the style sheet (svg_style.h). Texts are escaped;
 * bytes that are not UTF-8 and control characters become U+FFFD. A tooltip is shown
 * when the mouse rests on the shape, and may be NULL. */

void svg_rectangle(svg *picture, svg_box box, const char *style, double opacity, const char *tooltip);
void svg_line(svg *picture, double x1, double y1, double x2, double y2, const char *style);

/* Joins the points (x[i], y[i]), i < count, but leaves a gap at each that is not finite. */
void svg_path(svg *picture, const double *x, const double *y, size_t count, const char *style);

/* A small shape, another one for each of SVG_SERIES numbers. */
void svg_marker(svg *picture, double x, double y, size_t shape, const char *style, const char *tooltip);

void svg_ring(svg *picture, double x, double y, double radius, const char *style);

/* The text stands left of (SVG_END), around or right of (SVG_START) the point,
 * which is on its base line. */
typedef enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END } svg_anchor;
void svg_text(svg *picture, double x, double y, svg_anchor anchor, const char *style, const char *text);

/* The same, read from bottom to top. */
void svg_text_upward(svg *picture, double x, double y, svg_anchor anchor, const char *style,
                     const char *text);

/* About how wide the text is in letters of that size (svg_style.h). What the reader's
 * fonts will make of it is not known here. */
double svg_text_width(const char *text, double size);

/* `count` times `size` zeroed bytes, at least one, which the caller frees. NULL if there are
 * none: then, as with all other calls, svg_write will say so. */
void *svg_take(svg *picture, size_t count, size_t size);

#endif
