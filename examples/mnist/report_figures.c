/* How the test went: what was taken for what, and whether p can be trusted. */
#include "mnist/report_figures.h"

#include "common/svg_heat_map.h"
#include "common/svg_plot.h"

#include <math.h>
#include <stdlib.h>

/* Of what is right, and the least and most of what is not: mistakes should be seen, though they are few. */
#define RIGHT_STRENGTH 0.22
#define LEAST_STRENGTH 0.12

svg *report_draw_confusion(const pmy_assessment *a, const char *const *classes)
{
    static const svg_box page = {0, 0, 520, 540};
    svg *picture = svg_new(page.width, page.height, "What was taken for what",
                           "A table of counts: a row for each true class, a column for each predicted one. "
                           "What is right is on the diagonal.");
    size_t n = a->classes;
    double *values = svg_take(picture, n * n, sizeof *values),
           *strengths = svg_take(picture, n * n, sizeof *values);
    double most = 1;
    for (size_t i = 0; values && strengths && i < n * n; i++) {
        values[i] = (double)a->confusion[i];
        if (i % n != i / n)
            most = fmax(most, values[i]);
    }
    for (size_t i = 0; values && strengths && i < n * n; i++) {
        bool right = i % n == i / n, none = values[i] == 0;
        strengths[i] = none    ? 0
                       : right ? RIGHT_STRENGTH
                               : -(LEAST_STRENGTH + (1 - LEAST_STRENGTH) * values[i] / most);
    }
    if (values && strengths)
        svg_heat_map_draw(picture, page,
                          &(svg_heat_map){.row_label = "it is",
                                          .column_label = "it was taken for",
                                          .row_names = classes,
                                          .column_names = classes,
                                          .values = values,
                                          .rows = n,
                                          .columns = n,
                                          .counts = true,
                                          .strengths = strengths});
    free(values);
    free(strengths);
    return picture;
}

svg *report_draw_reliability(const pmy_assessment *a)
{
    static const svg_box page = {0, 0, 480, 440};
    svg *picture = svg_new(page.width, page.height, "How far p can be trusted",
                           "For predictions with about the same p: the share that is right. Where p can be "
                           "trusted, the points lie on the diagonal.");
    double p[PMY_RELIABILITY_BINS], right[PMY_RELIABILITY_BINS], low[PMY_RELIABILITY_BINS],
        high[PMY_RELIABILITY_BINS];
    size_t count = 0;
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++) {
        const pmy_reliability_bin *bin = &a->bins[i];
        if (bin->count == 0)
            continue;
        p[count] = bin->p / (double)bin->count;
        right[count] = (double)bin->correct / (double)bin->count;
        pmy_wilson95(bin->correct, bin->count, &low[count], &high[count]);
        count++;
    }
    static const double ends[] = {0, 1};
    const svg_curve curves[] = {
        {.name = "this model, with 95 % intervals",
         .x = p,
         .y = right,
         .count = count,
         .look = SVG_MARKED_LINE,
         .low = low,
         .high = high},
        {.name = "right as often as p says", .x = ends, .y = ends, .count = 2, .look = SVG_REFERENCE_LINE}};
    svg_plot_draw(picture, page,
                  &(svg_plot){.x_label = "p of the prediction",
                              .y_label = "share that is right",
                              .curves = curves,
                              .curve_count = 2});
    return picture;
}
