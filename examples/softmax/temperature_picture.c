#include "softmax/temperature_picture.h"

#include "common/svg_plot.h"
#include "common/svg_style.h"
#include "softmax/names.h"
#include "softmax/shares.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_CLASSES = 12,
    POINTS = 241,
    MARKED_EVERY = 8,
    MARKED_POINTS = (POINTS - 1) / MARKED_EVERY + 1,
    WIDTH = 640,
    HEIGHT = 420,
    MARGIN = 16
};

/* Smooth curves need more temperatures than the table has: POINTS of them, as far apart in their logarithm.
 */
static void fill_curves(const temperature_curves *of, double *temperature,
                        double *shares /* [curve, POINTS] */)
{
    double from = of->temperature[1], to = of->temperature[of->count - 2];
    double most = of->entropy[of->count - 1];
    for (size_t t = 0; t < POINTS; t++) {
        double p[MOST_CLASSES], entropy;
        temperature[t] = from * pow(to / from, (double)t / (POINTS - 1));
        (void)shares_of(of->classes, of->z, temperature[t], p, &entropy, NULL);
        for (size_t i = 0; i < of->classes; i++)
            shares[i * POINTS + t] = p[i];
        shares[of->classes * POINTS + t] = most > 0 ? entropy / most : 0;
    }
}

/* Colours repeat after SVG_SERIES curves; those that come then have markers on fewer points. */
static void draw(svg *picture, const temperature_curves *of, const double *temperature, const double *shares)
{
    names classes;
    names_make(&classes, "p", of->classes);
    double marked[MARKED_POINTS], marked_shares[MOST_CLASSES + 1][MARKED_POINTS];
    for (size_t t = 0; t < MARKED_POINTS; t++) {
        marked[t] = temperature[t * MARKED_EVERY];
        for (size_t i = 0; i <= of->classes; i++)
            marked_shares[i][t] = shares[i * POINTS + t * MARKED_EVERY];
    }
    svg_curve curves[MOST_CLASSES + 1];
    for (size_t i = 0; i <= of->classes; i++) {
        const double *y = shares + i * POINTS;
        if (i == of->classes)
            curves[i] = (svg_curve){.name = "entropy / its limit",
                                    .x = temperature,
                                    .y = y,
                                    .count = POINTS,
                                    .look = SVG_DASHED_LINE};
        else if (i < SVG_SERIES)
            curves[i] = (svg_curve){
                .name = classes.list[i], .x = temperature, .y = y, .count = POINTS, .look = SVG_LINE};
        else
            curves[i] = (svg_curve){.name = classes.list[i],
                                    .x = marked,
                                    .y = marked_shares[i],
                                    .count = MARKED_POINTS,
                                    .look = SVG_MARKED_LINE};
    }
    const svg_plot plot = {.title = "softmax(z/T) against the temperature",
                           .x_label = "temperature T",
                           .y_label = "share",
                           .x_scale = SVG_LOG,
                           .y_scale = SVG_LINEAR,
                           .curves = curves,
                           .curve_count = of->classes + 1};
    svg_plot_draw(picture, (svg_box){MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN}, &plot);
}

pmy_status temperature_picture(const temperature_curves *of, const char *path, pmy_error *error)
{
    if (of->classes > MOST_CLASSES)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "--svg can draw at most %d classes, not %zu", MOST_CLASSES,
                        of->classes);
    double *temperature = calloc((of->classes + 2) * POINTS, sizeof *temperature);
    svg *picture = svg_new(WIDTH, HEIGHT, "softmax against the temperature",
                           "The share of each class, and the entropy, against the temperature.");
    pmy_status status = PMY_NO_MEMORY;
    if (temperature) {
        fill_curves(of, temperature, temperature + POINTS);
        draw(picture, of, temperature, temperature + POINTS);
        status = svg_write(picture, path, error);
    } else {
        (void)pmy_fail(error, status, "no memory for a picture of %zu classes", of->classes);
    }
    svg_free(picture);
    free(temperature);
    return status;
}
