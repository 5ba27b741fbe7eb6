/* How a run went: its loss, its accuracy and its learning rate over the epochs. */
#include "mnist/report_figures.h"

#include "common/learning_plot.h"
#include "common/svg_series.h"

static learning_step step_at(const void *kept, size_t index)
{
    const pmy_step_report *step = (const pmy_step_report *)kept + index;
    return (learning_step){history_epochs_at(step), step->loss, step->learning_rate};
}

static learning_steps steps_of(const history *h)
{
    return (learning_steps){.kept = h->steps, .count = h->step_count, .at = step_at, .unit = "epoch"};
}

typedef double epoch_number(const history *h, const pmy_epoch_report *epoch);

static svg_series of_epochs(svg *picture, const history *h, epoch_number *number)
{
    svg_series s = svg_series_new(picture, h->epoch_count);
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

svg *report_draw_loss(const history *h)
{
    svg *picture = svg_new(learning_page.width, learning_page.height, "Loss over the epochs",
                           "The loss of each batch, the same smoothed, and the mean loss of each epoch in "
                           "training and on the pictures kept for validation.");
    learning_steps steps = steps_of(h);
    svg_series train = of_epochs(picture, h, train_loss), validation = of_epochs(picture, h, validation_loss);
    svg_curve curves[] = {svg_series_curve("epochs", &train, SVG_MARKERS),
                          svg_series_curve("validation", &validation, SVG_MARKED_LINE)};
    curves[0].continues = true;
    learning_draw_loss(picture, &steps, curves, has_validation(h) ? 2 : 1);
    svg_series_free(&train);
    svg_series_free(&validation);
    return picture;
}

svg *report_draw_accuracy(const history *h)
{
    svg *picture = svg_new(learning_page.width, learning_page.height, "Accuracy over the epochs",
                           "The share of pictures recognised in training, as each was met, and of those kept "
                           "for validation.");
    svg_series train = of_epochs(picture, h, train_accuracy),
               validation = of_epochs(picture, h, validation_accuracy);
    svg_curve curves[] = {svg_series_curve("training, as met", &train, SVG_MARKED_LINE),
                          svg_series_curve("validation", &validation, SVG_MARKED_LINE)};
    svg_plot_draw(picture, learning_page,
                  &(svg_plot){.title = "Accuracy",
                              .x_label = "epoch",
                              .x_counts = true,
                              .y_label = "% right",
                              .curves = curves,
                              .curve_count = has_validation(h) ? 2 : 1});
    svg_series_free(&train);
    svg_series_free(&validation);
    return picture;
}

svg *report_draw_rate(const history *h)
{
    learning_steps steps = steps_of(h);
    return learning_draw_rate(&steps);
}
