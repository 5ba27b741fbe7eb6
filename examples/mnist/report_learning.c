/* How a run went: its loss, its accuracy and its learning rate over the epochs. */
#include "mnist/report_figures.h"

#include "common/svg_plot.h"

#include <math.h>
#include <stdlib.h>

static const svg_box page = {0, 0, 480, 320};

/* More points than these would hide each other. */
enum { MOST_POINTS = 1000, MOST_SMOOTH_POINTS = 300 };

/* Some numbers along a run, to be drawn. */
typedef struct series {
    double *x, *y; /* [count] */
    size_t count;
} series;

static series series_new(svg *picture, size_t count)
{
    series s = {svg_take(picture, count, sizeof *s.x), svg_take(picture, count, sizeof *s.y), count};
    if (!s.x || !s.y)
        s.count = 0;
    return s;
}

static void series_free(series *s)
{
    free(s->x);
    free(s->y);
}

/* The losses; where there are too many steps for the plot, each point is the mean of some. */
static series batch_losses(svg *picture, const history *h)
{
    size_t each = (h->step_count + MOST_POINTS - 1) / MOST_POINTS;
    series s = series_new(picture, each ? (h->step_count + each - 1) / each : 0);
    for (size_t i = 0; i < s.count; i++) {
        size_t first = i * each, end = first + each < h->step_count ? first + each : h->step_count;
        for (size_t step = first; step < end; step++)
            s.y[i] += h->steps[step].loss / (double)(end - first);
        s.x[i] = history_epochs_at(&h->steps[(first + end - 1) / 2]);
    }
    return s;
}

/* Means over `window` steps, around a point each. */
static series smooth_losses(svg *picture, const history *h, size_t window)
{
    size_t last = h->step_count - window; /* where the last window begins */
    size_t every = last / MOST_SMOOTH_POINTS + 1;
    series s = series_new(picture, last / every + 1);
    for (size_t i = 0; i < s.count; i++) {
        for (size_t step = 0; step < window; step++)
            s.y[i] += h->steps[i * every + step].loss / (double)window;
        s.x[i] = history_epochs_at(&h->steps[i * every + window / 2]);
    }
    return s;
}

typedef double epoch_number(const history *h, const pmy_epoch_report *epoch);

static series of_epochs(svg *picture, const history *h, epoch_number *number)
{
    series s = series_new(picture, h->epoch_count);
    for (size_t i = 0; i < s.count; i++) {
        s.x[i] = (double)h->epochs[i].epoch;
        s.y[i] = number(h, &h->epochs[i]);
    }
    return s;
}

static double train_loss(const history *h, const pmy_epoch_report *epoch)
{
    (void)h;
    return epoch->train_loss;
}

static double validation_loss(const history *h, const pmy_epoch_report *epoch)
{
    (void)h;
    return epoch->validation.loss;
}

static double percent(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static double train_accuracy(const history *h, const pmy_epoch_report *epoch)
{
    return percent(epoch->train_correct, h->examples);
}

static double validation_accuracy(const history *h, const pmy_epoch_report *epoch)
{
    (void)h;
    return percent(epoch->validation.correct, epoch->validation.count);
}

static bool has_validation(const history *h)
{
    return h->epoch_count && h->epochs[0].validation.count;
}

static svg_curve curve_of(const char *name, const series *s, svg_look look)
{
    return (svg_curve){.name = name, .x = s->x, .y = s->y, .count = s->count, .look = look};
}

svg *report_draw_loss(const history *h)
{
    svg *picture = svg_new(page.width, page.height, "Loss over the epochs",
                           "The loss of each batch, the same smoothed, and the mean loss of each epoch in "
                           "training and on the pictures kept for validation.");
    enum { SHARE = 50 }; /* of the run, that a smooth point is made of */
    size_t window = h->step_count / SHARE + 1;
    series batches = batch_losses(picture, h), smooth = smooth_losses(picture, h, window),
           train = of_epochs(picture, h, train_loss), validation = of_epochs(picture, h, validation_loss);
    char smoothed[64];
    (void)snprintf(smoothed, sizeof smoothed, "smoothed over %zu", window);
    svg_curve curves[] = {curve_of("batches", &batches, SVG_FAINT_LINE),
                          curve_of(smoothed, &smooth, SVG_LINE), curve_of("epochs", &train, SVG_MARKERS),
                          curve_of("validation", &validation, SVG_MARKED_LINE)};
    curves[1].continues = curves[2].continues = true;
    svg_plot_draw(picture, page,
                  &(svg_plot){.title = "Loss",
                              .x_label = "epoch",
                              .x_counts = true,
                              .y_label = "mean loss, logarithmic",
                              .y_scale = SVG_LOG,
                              .curves = curves,
                              .curve_count = has_validation(h) ? 4 : 3});
    series_free(&batches);
    series_free(&smooth);
    series_free(&train);
    series_free(&validation);
    return picture;
}

svg *report_draw_accuracy(const history *h)
{
    svg *picture = svg_new(page.width, page.height, "Accuracy over the epochs",
                           "The share of pictures recognised in training, as each was met, and of those kept "
                           "for validation.");
    series train = of_epochs(picture, h, train_accuracy),
           validation = of_epochs(picture, h, validation_accuracy);
    svg_curve curves[] = {curve_of("training, as met", &train, SVG_MARKED_LINE),
                          curve_of("validation", &validation, SVG_MARKED_LINE)};
    svg_plot_draw(picture, page,
                  &(svg_plot){.title = "Accuracy",
                              .x_label = "epoch",
                              .x_counts = true,
                              .y_label = "% right",
                              .curves = curves,
                              .curve_count = has_validation(h) ? 2 : 1});
    series_free(&train);
    series_free(&validation);
    return picture;
}

svg *report_draw_rate(const history *h)
{
    svg *picture = svg_new(page.width, page.height, "Learning rate over the epochs",
                           "The learning rate of the optimizer's steps.");
    size_t each = h->step_count / MOST_POINTS + 1;
    series rate = series_new(picture, (h->step_count + each - 1) / each);
    for (size_t i = 0; i < rate.count; i++) {
        rate.x[i] = history_epochs_at(&h->steps[i * each]);
        rate.y[i] = h->steps[i * each].learning_rate;
    }
    svg_curve curve = curve_of(NULL, &rate, rate.count > 1 ? SVG_LINE : SVG_MARKERS);
    svg_plot_draw(picture, page,
                  &(svg_plot){.title = "Learning rate",
                              .x_label = "epoch",
                              .x_counts = true,
                              .curves = &curve,
                              .curve_count = 1});
    series_free(&rate);
    return picture;
}
