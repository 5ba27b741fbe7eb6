/* What stands above a plot: its title, and which colour is which series. */
#ifndef COMMON_SVG_LEGEND_H
#define COMMON_SVG_LEGEND_H

#include "common/svg.h"

#include <stddef.h>

typedef enum svg_look {
    SVG_LINE,        /* joined points */
    SVG_MARKED_LINE, /* joined points, each with a marker */
    SVG_DASHED_LINE,
    SVG_FAINT_LINE,
    SVG_REFERENCE_LINE, /* something to compare with; of no colour */
    SVG_MARKERS,        /* points alone */
    SVG_FILLED          /* an area */
} svg_look;

/* The words of the style sheet for the line of a series that looks so. */
const char *svg_look_stroke(svg_look look, size_t series);

/* Series take their colours by their number. */
typedef struct svg_legend_entry {
    const char *name; /* NULL: is not listed */
    svg_look look;
    size_t series;
} svg_legend_entry;

/* Draws the title (may be NULL) and the entries [count], in as many lines as they
 * need, at the top of the box; returns what is left of the box below. */
svg_box svg_legend_draw(svg *picture, svg_box box, const char *title, const svg_legend_entry *entries,
                        size_t count);

#endif
