#include "common/learning_plot.h"

#include "common/svg_series.h"

#include <stdio.h>
#include <string.h>

const svg_box learning_page = {0, 0, 480, 320};

/* More points than these would hide each other. */
enum { MOST_POINTS = 1000, MOST_SMOOTH_POINTS = 300 };

static learning_step step_at(const learning_steps *steps, size_t index)
{
    return steps->at(steps->kept, index);
}

/* The losses; where there are too many steps for the plot, each point is the mean of some. */
static svg_series batch_losses(svg *picture, const learning_steps *steps)
{
    size_t each = (steps->count + MOST_POINTS - 1) / MOST_POINTS;
    svg_series s = svg_series_new(picture, each ? (steps->count + each - 1) / each : 0);
    for (size_t i = 0; i < s.count; i++) {
        size_t first = i * each, end = first + each < steps->count ? first + each : steps->count;
        for (size_t step = first; step < end; step++)
            s.y[i] += step_at(steps, step).loss / (double)(end - first);
        s.x[i] = step_at(steps, (first + end - 1) / 2).place;
    }
    return s;
}

/* Means over `window` steps, around a point each. */
static svg_series smooth_losses(svg *picture, const learning_steps *steps, size_t window)
{
    size_t last = steps->count - window; /* where the last window begins */
    size_t every = last / MOST_SMOOTH_POINTS + 1;
    svg_series s = svg_series_new(picture, last / every + 1);
    for (size_t i = 0; i < s.count; i++) {
        for (size_t step = 0; step < window; step++)
            s.y[i] += step_at(steps, i * every + step).loss / (double)window;
        s.x[i] = step_at(steps, i * every + window / 2).place;
    }
    return s;
}

void learning_draw_loss(svg *picture, const learning_steps *steps, const svg_curve *more, size_t count)
{
    enum { SHARE = 50 }; /* of the run, that a smooth point is made of */
    size_t window = steps->count / SHARE + 1;
    svg_series batches = batch_losses(picture, steps), smooth = smooth_losses(picture, steps, window);
    char smoothed[64];
    (void)snprintf(smoothed, sizeof smoothed, "smoothed over %zu", window);
    svg_curve curves[2 + LEARNING_MOST_CURVES] = {svg_series_curve("batches", &batches, SVG_FAINT_LINE),
                                                  svg_series_curve(smoothed, &smooth, SVG_LINE)};
    curves[1].continues = true;
    memcpy(curves + 2, more, count * sizeof *more);
    svg_plot_draw(picture, learning_page,
                  &(svg_plot){.title = "Loss",
                              .x_label = steps->unit,
                              .x_counts = true,
                              .y_label = "mean loss, logarithmic",
                              .y_scale = SVG_LOG,
                              .curves = curves,
                              .curve_count = 2 + count});
    svg_series_free(&batches);
    svg_series_free(&smooth);
}

svg *learning_draw_rate(const learning_steps *steps)
{
    char title[64];
    (void)snprintf(title, sizeof title, "Learning rate over the %ss", steps->unit);
    svg *picture = svg_new(learning_page.width, learning_page.height, title,
                           "The learning rate of the optimizer's steps.");
    size_t each = steps->count / MOST_POINTS + 1;
    svg_series rate = svg_series_new(picture, (steps->count + each - 1) / each);
    for (size_t i = 0; i < rate.count; i++) {
        learning_step step = step_at(steps, i * each);
        rate.x[i] = step.place;
        rate.y[i] = step.learning_rate;
    }
    svg_curve curve = svg_series_curve(NULL, &rate, rate.count > 1 ? SVG_LINE : SVG_MARKERS);
    svg_plot_draw(picture, learning_page,
                  &(svg_plot){.title = "Learning rate",
                              .x_label = steps->unit,
                              .x_counts = true,
                              .curves = &curve,
                              .curve_count = 1});
    svg_series_free(&rate);
    return picture;
}
