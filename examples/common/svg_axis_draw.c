#include "common/svg_axis.h"

#include "common/svg_style.h"

#include <math.h>

#define TICK 4         /* length of a tick */
#define MINOR_TICK 2.5 /* of one without a label */
#define TICK_TEXT 17   /* from the axis down to the base line of its numbers */
#define LABEL_TEXT 36  /* and of its label */
#define LINE 18        /* height of a line of text */
#define BESIDE 8       /* from the axis left to its numbers */
#define HALF_LETTER 4  /* from the middle of a number down to its base line */

double svg_axis_left_room(const svg_axis *y, const char *y_label)
{
    svg_tick ticks[SVG_MOST_TICKS];
    size_t count = svg_axis_ticks(y, ticks);
    double widest = 0;
    for (size_t i = 0; i < count; i++)
        widest = fmax(widest, svg_text_width(ticks[i].label.text, SVG_TICK_SIZE));
    return BESIDE + widest + (y_label ? LINE + 2 : 2);
}

double svg_axis_bottom_room(const char *x_label)
{
    return x_label ? LABEL_TEXT + 8 : TICK_TEXT + 6;
}

void svg_axis_draw_bottom(svg *picture, svg_box plot, const svg_axis *x, const char *label)
{
    double bottom = plot.top + plot.height;
    svg_tick ticks[SVG_MOST_TICKS];
    size_t count = svg_axis_ticks(x, ticks);
    for (size_t i = 0; i < count; i++) {
        double place = svg_axis_place(x, ticks[i].value);
        if (ticks[i].labelled) {
            svg_line(picture, place, plot.top, place, bottom, "grid");
            svg_text(picture, place, bottom + TICK_TEXT, SVG_MIDDLE, "tick", ticks[i].label.text);
        }
        svg_line(picture, place, bottom, place, bottom + (ticks[i].labelled ? TICK : MINOR_TICK), "axis");
    }
    svg_line(picture, plot.left, bottom, plot.left + plot.width, bottom, "axis");
    if (label)
        svg_text(picture, plot.left + plot.width / 2, bottom + LABEL_TEXT, SVG_MIDDLE, "label", label);
}

void svg_axis_draw_left(svg *picture, svg_box plot, const svg_axis *y, const char *label)
{
    svg_tick ticks[SVG_MOST_TICKS];
    size_t count = svg_axis_ticks(y, ticks);
    for (size_t i = 0; i < count; i++) {
        double place = svg_axis_place(y, ticks[i].value);
        if (ticks[i].labelled) {
            svg_line(picture, plot.left, place, plot.left + plot.width, place, "grid");
            svg_text(picture, plot.left - BESIDE, place + HALF_LETTER, SVG_END, "tick", ticks[i].label.text);
        }
        svg_line(picture, plot.left - (ticks[i].labelled ? TICK : MINOR_TICK), place, plot.left, place,
                 "axis");
    }
    svg_line(picture, plot.left, plot.top, plot.left, plot.top + plot.height, "axis");
    double beside = plot.left - svg_axis_left_room(y, label) + LINE - 4;
    if (label)
        svg_text_upward(picture, beside, plot.top + plot.height / 2, SVG_MIDDLE, "label", label);
}
