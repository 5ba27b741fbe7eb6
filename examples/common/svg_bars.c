#include "common/svg_bars.h"

#include "common/svg_axis.h"
#include "common/svg_legend.h"
#include "common/svg_style.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define RIGHT_ROOM 12
#define GROUP_SHARE 0.8 /* of a category's width, for its bars */
#define VALUE_DIGITS 3
#define VALUE_DISTANCE 4
#define LETTERS_HEIGHT 9
#define VALUE_ROOM 8 /* above the axis and below it, for a value at its end */
#define TICK_TEXT 17
#define LABEL_TEXT 36

typedef struct bars_area {
    svg *picture;
    const svg_bars *bars;
    svg_box box; /* within the axes */
    svg_axis values;
    double category_width, bar_width;
} bars_area;

static double left_of_bar(const bars_area *area, size_t category, size_t series)
{
    return area->box.left + ((double)category + (1 - GROUP_SHARE) / 2) * area->category_width +
           (double)series * area->bar_width;
}

static void draw_bar(const bars_area *area, size_t category, size_t series)
{
    double value = area->bars->series[series].values[category];
    if (!isfinite(value))
        return;
    char tooltip[256];
    (void)snprintf(tooltip, sizeof tooltip, "%s, %s: %.17g", area->bars->categories[category],
                   area->bars->series[series].name, value);
    double zero = svg_axis_place(&area->values, 0), end = svg_axis_place(&area->values, value);
    svg_box bar = {left_of_bar(area, category, series), fmin(zero, end), area->bar_width - 1,
                   fabs(end - zero)};
    svg_rectangle(area->picture, bar, svg_series_fill(series), 1, tooltip);
}

/* Writes the value at the end of its bar, or where the bar would begin. */
static void draw_value(const bars_area *area, size_t category, size_t series)
{
    double value = area->bars->series[series].values[category];
    double end = svg_axis_place(&area->values, isfinite(value) ? value : 0);
    double base = value < 0 ? end + VALUE_DISTANCE + LETTERS_HEIGHT : end - VALUE_DISTANCE;
    svg_text(area->picture, left_of_bar(area, category, series) + area->bar_width / 2, base, SVG_MIDDLE,
             "tick halo", svg_label_short(value, VALUE_DIGITS).text);
}

/* Would each value fit over its bar? */
static bool values_fit(const svg_bars *bars, double bar_width)
{
    double widest = 0;
    for (size_t s = 0; s < bars->series_count; s++) {
        for (size_t i = 0; i < bars->category_count; i++) {
            svg_label label = svg_label_short(bars->series[s].values[i], VALUE_DIGITS);
            widest = fmax(widest, svg_text_width(label.text, SVG_TICK_SIZE));
        }
    }
    return widest <= bar_width;
}

/* Names the categories below the plot, only every so many if they are crowded. */
static void draw_categories(const bars_area *area)
{
    const svg_bars *bars = area->bars;
    double widest = 0, bottom = area->box.top + area->box.height;
    for (size_t i = 0; i < bars->category_count; i++)
        widest = fmax(widest, svg_text_width(svg_label_name(bars->categories[i]).text, SVG_TICK_SIZE));
    double every = fmax(1, ceil((widest + 4) / area->category_width));
    for (double i = 0; i < (double)bars->category_count; i += every) {
        double middle = area->box.left + (i + 0.5) * area->category_width;
        svg_text(area->picture, middle, bottom + TICK_TEXT, SVG_MIDDLE, "tick",
                 svg_label_name(bars->categories[(size_t)i]).text);
    }
    if (bars->category_label)
        svg_text(area->picture, area->box.left + area->box.width / 2, bottom + LABEL_TEXT, SVG_MIDDLE,
                 "label", bars->category_label);
}

static svg_range measure(const svg_bars *bars)
{
    svg_range range = svg_range_empty();
    svg_range_add(&range, 0, SVG_LINEAR);
    for (size_t s = 0; s < bars->series_count; s++)
        for (size_t i = 0; i < bars->category_count; i++)
            svg_range_add(&range, bars->series[s].values[i], SVG_LINEAR);
    return range;
}

static svg_box draw_legend(svg *picture, svg_box box, const svg_bars *bars)
{
    svg_legend_entry *entries = svg_take(picture, bars->series_count, sizeof *entries);
    size_t count = entries ? bars->series_count : 0;
    for (size_t i = 0; i < count; i++)
        entries[i] = (svg_legend_entry){bars->series[i].name, SVG_FILLED, i};
    box = svg_legend_draw(picture, box, bars->title, entries, count);
    free(entries);
    return box;
}

/* The value axis, in what the legend leaves of the box, and the bars' widths. */
static void lay_out(bars_area *area, svg_box box)
{
    const svg_bars *bars = area->bars;
    box.top += VALUE_ROOM;
    box.height -= 2 * VALUE_ROOM + svg_axis_bottom_room(bars->category_label);
    area->values = svg_axis_over(measure(bars), SVG_LINEAR, box.top + box.height, box.top);
    double left_room = svg_axis_left_room(&area->values, bars->value_label);
    box.left += left_room;
    box.width -= left_room + RIGHT_ROOM;
    area->category_width = box.width / (double)bars->category_count;
    area->bar_width = GROUP_SHARE * area->category_width / (double)bars->series_count;
    area->box = box;
}

void svg_bars_draw(svg *picture, svg_box box, const svg_bars *bars)
{
    bars_area area = {.picture = picture, .bars = bars};
    lay_out(&area, draw_legend(picture, box, bars));
    svg_axis_draw_left(picture, area.box, &area.values, bars->value_label);
    bool fit = values_fit(bars, area.bar_width);
    for (size_t i = 0; i < bars->category_count; i++)
        for (size_t s = 0; s < bars->series_count; s++)
            draw_bar(&area, i, s);
    double zero = svg_axis_place(&area.values, 0);
    svg_line(picture, area.box.left, zero, area.box.left + area.box.width, zero, "axis");
    for (size_t i = 0; i < bars->category_count; i++)
        for (size_t s = 0; s < bars->series_count; s++)
            if (fit || !isfinite(bars->series[s].values[i]))
                draw_value(&area, i, s);
    draw_categories(&area);
}
