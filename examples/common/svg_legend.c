#include "common/svg_legend.h"

#include "common/svg_style.h"

#include <stdbool.h>

#define LINE 20    /* height of a line */
#define BASE 14    /* from its top down to the base line of its text */
#define SAMPLE 22  /* width of a sample */
#define GAP 6      /* between a sample and its name */
#define BETWEEN 18 /* between entries */
#define BELOW 8    /* between the last line and the plot */

const char *svg_look_stroke(svg_look look, size_t series)
{
    switch (look) {
    case SVG_DASHED_LINE:
        return svg_series_dashed(series);
    case SVG_FAINT_LINE:
        return svg_series_faint(series);
    case SVG_REFERENCE_LINE:
        return "reference";
    default:
        return svg_series_stroke(series);
    }
}

/* The look in small, from x on; y is the middle of the line's letters. */
static void draw_sample(svg *picture, double x, double y, svg_look look, size_t series)
{
    const char *stroke = svg_look_stroke(look, series);
    const char *fill = svg_series_fill(series);
    if (look == SVG_FILLED) {
        svg_rectangle(picture, (svg_box){x + 5, y - 6, 12, 12}, fill, 1, NULL);
        return;
    }
    if (look != SVG_MARKERS)
        svg_path(picture, (const double[]){x, x + SAMPLE}, (const double[]){y, y}, 2, stroke);
    if (look == SVG_MARKERS || look == SVG_MARKED_LINE)
        svg_marker(picture, x + SAMPLE / 2.0, y, series, fill, NULL);
}

svg_box svg_legend_draw(svg *picture, svg_box box, const char *title, const svg_legend_entry *entries,
                        size_t count)
{
    double left = box.left, top = box.top;
    if (title) {
        svg_text(picture, left, top + BASE, SVG_START, "heading", title);
        top += LINE + 2;
    }
    double x = left;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!entries[i].name)
            continue;
        double width = SAMPLE + GAP + svg_text_width(entries[i].name, SVG_LABEL_SIZE);
        if (x > left && x + width > left + box.width) {
            x = left;
            top += LINE;
        }
        draw_sample(picture, x, top + BASE - 4, entries[i].look, entries[i].series);
        svg_text(picture, x + SAMPLE + GAP, top + BASE, SVG_START, "label", entries[i].name);
        x += width + BETWEEN;
        any = true;
    }
    top += (any ? LINE : 0) + BELOW;
    return (svg_box){left, top, box.width, box.height - (top - box.top)};
}
