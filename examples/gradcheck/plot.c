#include "gradcheck/plot.h"

#include "common/svg_plot.h"

#include <math.h>
#include <stdio.h>

/* What is drawn below the smallest error that is not 0. */
static double least_error(const pmy_curve *curve)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < curve->count; i++)
        if (curve->point[i].error > 0)
            least = fmin(least, curve->point[i].error);
    if (curve->extrapolated > 0)
        least = fmin(least, curve->extrapolated);
    return isfinite(least) ? least : 1;
}

/* The error of the curve's point nearest to the step. */
static double error_at(const pmy_curve *curve, double step)
{
    size_t nearest = 0;
    for (size_t i = 1; i < curve->count; i++)
        if (fabs(log(curve->point[i].step / step)) < fabs(log(curve->point[nearest].step / step)))
            nearest = i;
    return curve->point[nearest].error;
}

static void draw(svg *picture, svg_box box, const pmy_curve *curve, const char *title)
{
    double step[PMY_MAX_CURVE], error[PMY_MAX_CURVE];
    for (size_t i = 0; i < curve->count; i++) {
        step[i] = curve->point[i].step;
        error[i] = curve->point[i].error;
    }
    double extrapolated = curve->extrapolated > 0 ? curve->extrapolated : least_error(curve);
    double chosen[2] = {curve->smallest_step, curve->largest_step}, level[2] = {extrapolated, extrapolated};
    const svg_curve curves[] = {
        {.name = "one central difference",
         .x = step,
         .y = error,
         .count = curve->count,
         .look = SVG_MARKED_LINE},
        {.name = "extrapolated from these steps", .x = chosen, .y = level, .count = 2, .look = SVG_LINE},
    };
    const svg_mark marks[] = {
        {curve->smallest_step, extrapolated, "Richardson"},
        {curve->smallest_step, error_at(curve, curve->smallest_step), "chosen step"},
    };
    double middle = sqrt(curve->point[0].step * curve->point[curve->count - 1].step);
    const svg_slope slopes[] = {
        {1, curve->truncation, 2, "truncation, h\u00b2"},
        {middle, curve->noise / middle, -1, "round-off, 1/h"},
    };
    const svg_plot plot = {
        .title = title,
        .x_label = "step h",
        .y_label = "error",
        .x_scale = SVG_LOG,
        .y_scale = SVG_LOG,
        .curves = curves,
        .curve_count = curve->smallest_step > 0 ? 2 : 1,
        .marks = marks,
        .mark_count = curve->smallest_step > 0 ? 2 : 0,
        .slopes = slopes,
        .slope_count = 2,
    };
    svg_plot_draw(picture, box, &plot);
}

svg *plot_curve(const pmy_curve *curve)
{
    char title[256];
    (void)snprintf(title, sizeof title, "%s: element %zu of %s", curve->name, curve->element, curve->input);
    svg *picture = svg_new(720, 480, title, "The error of a central difference against its step.");
    draw(picture, (svg_box){16, 12, 688, 456}, curve, title);
    return picture;
}
