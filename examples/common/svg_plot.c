#include "common/svg_plot.h"

#include "common/svg_beside.h"
#include "common/svg_style.h"

#include <math.h>
#include <stdlib.h>

#define RIGHT_ROOM 20
#define RING 6.5

/* From a slope's upper end to its label, as a share of what is seen of the line. */
#define SLOPE_LABEL_AT 0.12

typedef struct plot_area {
    svg *picture;
    svg_axis x, y;
    svg_surroundings within; /* the box within the axes and the points of all curves */
} plot_area;

/* A slope as a straight line: from (x, y) on, by (across, along) from t = from to t = to. */
typedef struct slope_line {
    double x, y, across, along, from, to;
} slope_line;

static slope_line place_slope(const plot_area *area, const svg_slope *slope)
{
    const svg_box *box = &area->within.area;
    slope_line line = {.from = -HUGE_VAL, .to = HUGE_VAL};
    line.x = svg_axis_place(&area->x, slope->x);
    line.y = svg_axis_place(&area->y, slope->y);
    /* Ten times as far along x is 10^slope times as far along y. */
    line.across = svg_axis_place(&area->x, 10 * slope->x) - line.x;
    line.along = svg_axis_place(&area->y, slope->y * pow(10, slope->slope)) - line.y;
    svg_clip_line(line.x, line.across, box->left, box->left + box->width, &line.from, &line.to);
    svg_clip_line(line.y, line.along, box->top, box->top + box->height, &line.from, &line.to);
    return line;
}

/* Is anything of it seen? False, too, if a place is not finite. */
static bool is_seen(const slope_line *line)
{
    return isfinite(line->x) && isfinite(line->y) && isfinite(line->along) && line->from < line->to;
}

static void draw_slope(const plot_area *area, const svg_slope *slope)
{
    slope_line line = place_slope(area, slope);
    if (is_seen(&line))
        svg_line(area->picture, line.x + line.from * line.across, line.y + line.from * line.along,
                 line.x + line.to * line.across, line.y + line.to * line.along, "reference");
}

static void label_slope(plot_area *area, const svg_slope *slope)
{
    slope_line line = place_slope(area, slope);
    if (!is_seen(&line))
        return;
    double distance = SLOPE_LABEL_AT * (line.to - line.from);
    double at = line.along < 0 ? line.to - distance : line.from + distance;
    svg_text_beside(area->picture, &area->within, line.x + at * line.across, line.y + at * line.along,
                    slope->label);
}

static void draw_mark(plot_area *area, const svg_mark *mark)
{
    double x = svg_axis_place(&area->x, mark->x), y = svg_axis_place(&area->y, mark->y);
    if (!isfinite(x) || !isfinite(y))
        return;
    svg_ring(area->picture, x, y, RING, "ring");
    svg_text_beside(area->picture, &area->within, x, y, mark->label);
}

/* The colour of the curve at that index. */
static size_t series_of(const svg_plot *plot, size_t index)
{
    size_t series = 0;
    for (size_t c = 1; c <= index; c++)
        series += !plot->curves[c].continues;
    return series;
}

static void draw_uncertainty(const plot_area *area, const svg_curve *curve, size_t series, const double *x)
{
    for (size_t i = 0; i < curve->count; i++) {
        double low = svg_axis_place(&area->y, curve->low[i]), high = svg_axis_place(&area->y, curve->high[i]);
        if (isfinite(x[i]) && isfinite(low) && isfinite(high))
            svg_line(area->picture, x[i], low, x[i], high, svg_series_stroke(series));
    }
}

/* x and y [curve->count] are the places of the curve's points. */
static void draw_curve(const plot_area *area, const svg_curve *curve, size_t series, const double *x,
                       const double *y)
{
    svg *picture = area->picture;
    if (curve->look != SVG_MARKERS)
        svg_path(picture, x, y, curve->count, svg_look_stroke(curve->look, series));
    if (curve->low && curve->high)
        draw_uncertainty(area, curve, series, x);
    bool marked = curve->look == SVG_MARKERS || curve->look == SVG_MARKED_LINE;
    for (size_t i = 0; marked && i < curve->count; i++)
        if (isfinite(x[i]) && isfinite(y[i]))
            svg_marker(picture, x[i], y[i], series, svg_series_fill(series), NULL);
}

/* The points of all curves, each curve followed by a gap. */
static size_t count_points(const svg_plot *plot)
{
    size_t count = 0;
    for (size_t c = 0; c < plot->curve_count; c++)
        count += plot->curves[c].count + 1;
    return count;
}

/* Writes the places of all points to x and y [count_points]. */
static void place_points(const plot_area *area, const svg_plot *plot, double *x, double *y)
{
    for (size_t c = 0; c < plot->curve_count; c++) {
        const svg_curve *curve = &plot->curves[c];
        for (size_t i = 0; i < curve->count; i++) {
            *x++ = svg_axis_place(&area->x, curve->x[i]);
            *y++ = svg_axis_place(&area->y, curve->y[i]);
        }
        *x++ = *y++ = (double)NAN;
    }
}

static void measure(const svg_plot *plot, svg_range *x, svg_range *y)
{
    *x = *y = svg_range_empty();
    for (size_t c = 0; c < plot->curve_count; c++) {
        const svg_curve *curve = &plot->curves[c];
        for (size_t i = 0; i < curve->count; i++) {
            svg_range_add(x, curve->x[i], plot->x_scale);
            svg_range_add(y, curve->y[i], plot->y_scale);
            if (curve->low && curve->high) {
                svg_range_add(y, curve->low[i], plot->y_scale);
                svg_range_add(y, curve->high[i], plot->y_scale);
            }
        }
    }
    for (size_t i = 0; i < plot->mark_count; i++) {
        svg_range_add(x, plot->marks[i].x, plot->x_scale);
        svg_range_add(y, plot->marks[i].y, plot->y_scale);
    }
}

static svg_box draw_legend(svg *picture, svg_box box, const svg_plot *plot)
{
    svg_legend_entry *entries = svg_take(picture, plot->curve_count, sizeof *entries);
    size_t count = entries ? plot->curve_count : 0;
    for (size_t i = 0; i < count; i++)
        entries[i] = (svg_legend_entry){plot->curves[i].name, plot->curves[i].look, series_of(plot, i)};
    box = svg_legend_draw(picture, box, plot->title, entries, count);
    free(entries);
    return box;
}

/* Axes around what the legend leaves of the box. */
static void draw_axes(plot_area *area, svg_box box, const svg_plot *plot)
{
    svg_range x, y;
    measure(plot, &x, &y);
    box.height -= svg_axis_bottom_room(plot->x_label);
    area->y = svg_axis_over(y, plot->y_scale, box.top + box.height, box.top);
    double left_room = svg_axis_left_room(&area->y, plot->y_label);
    box.left += left_room;
    box.width -= left_room + RIGHT_ROOM;
    area->x = plot->x_counts ? svg_axis_over_whole(x, box.left, box.left + box.width)
                             : svg_axis_over(x, plot->x_scale, box.left, box.left + box.width);
    area->within.area = box;
    svg_axis_draw_bottom(area->picture, box, &area->x, plot->x_label);
    svg_axis_draw_left(area->picture, box, &area->y, plot->y_label);
}

void svg_plot_draw(svg *picture, svg_box box, const svg_plot *plot)
{
    size_t point_count = count_points(plot);
    double *x = svg_take(picture, point_count, sizeof *x), *y = svg_take(picture, point_count, sizeof *y);
    plot_area area = {.picture = picture};
    if (x && y) {
        draw_axes(&area, draw_legend(picture, box, plot), plot);
        place_points(&area, plot, x, y);
        area.within.x = x;
        area.within.y = y;
        area.within.point_count = point_count;
        for (size_t i = 0; i < plot->slope_count; i++)
            draw_slope(&area, &plot->slopes[i]);
        for (size_t c = 0, at = 0; c < plot->curve_count; at += plot->curves[c++].count + 1)
            draw_curve(&area, &plot->curves[c], series_of(plot, c), x + at, y + at);
        for (size_t i = 0; i < plot->mark_count; i++)
            draw_mark(&area, &plot->marks[i]);
        for (size_t i = 0; i < plot->slope_count; i++)
            label_slope(&area, &plot->slopes[i]);
    }
    free(x);
    free(y);
}
