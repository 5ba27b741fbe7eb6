/* Bars side by side: for each category one bar of each series. */
#ifndef COMMON_SVG_BARS_H
#define COMMON_SVG_BARS_H

#include "common/svg.h"

#include <stddef.h>

typedef struct svg_bar_series {
    const char *name;
    const double *values; /* [category_count] */
} svg_bar_series;

typedef struct svg_bars {
    const char *title, *category_label, *value_label; /* each may be NULL */
    const char *const *categories;                    /* [category_count] */
    size_t category_count;
    const svg_bar_series *series; /* [series_count] */
    size_t series_count;
} svg_bars;

/* Draws the bars into the box, up or down from zero; where there is room, with
 * their values. One that is not finite has no bar, only its value. */
void svg_bars_draw(svg *picture, svg_box box, const svg_bars *bars);

#endif
