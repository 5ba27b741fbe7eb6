#include "text/report_parts.h"

#include "common/html_origin.h"
#include "common/learning_plot.h"
#include "common/output_folder.h"
#include "common/svg_series.h"
#include "text/attention_picture.h"
#include "text/outcome.h"

#include <stdlib.h>

/* --- Names ------------------------------------------------------------------------ */

static const struct {
    const char *name, *meaning;
} figures[REPORT_FIGURES] = {
    [REPORT_LOSS] = {"learning-loss.svg", "loss over the steps"},
    [REPORT_RATE] = {"learning-rate.svg", "learning rate over the steps"},
    [REPORT_HEADS] = {"attention.svg", "where all heads look"},
    [REPORT_HEAD] = {"attention-head.svg", "where one head looks"},
};

const char *report_figure_name(report_figure figure)
{
    return figures[figure].name;
}

const char *report_figure_meaning(report_figure figure)
{
    return figures[figure].meaning;
}

bool report_has_steps(const void *parts)
{
    return ((const report_parts *)parts)->report->history->step_count > 0;
}

bool report_has_scores(const void *parts)
{
    return ((const report_parts *)parts)->report->score != NULL;
}

bool report_has_heads(const void *parts)
{
    return ((const report_parts *)parts)->heads.layers > 0;
}

bool report_has_reading(const void *parts)
{
    return ((const report_parts *)parts)->reading_count > 0;
}

/* --- Learning ----------------------------------------------------------------------- */

static learning_step step_at(const void *kept, size_t index)
{
    const pmy_language_step *step = (const pmy_language_step *)kept + index;
    return (learning_step){(double)step->step, step->loss, step->learning_rate};
}

static svg *draw_loss(const report *r, const learning_steps *steps)
{
    const history *h = r->history;
    svg *picture = svg_new(learning_page.width, learning_page.height, "Loss over the steps",
                           "The loss of each batch, the same smoothed, and the loss of each validation.");
    svg_series validations = svg_series_new(picture, r->score ? h->look_count : 0);
    size_t count = 0;
    for (size_t i = 0; i < validations.count; i++)
        if (h->looks[i].score.windows) {
            validations.x[count] = (double)h->looks[i].step;
            validations.y[count++] = h->looks[i].score.loss;
        }
    validations.count = count;
    svg_curve curve = svg_series_curve("validation", &validations, SVG_MARKED_LINE);
    learning_draw_loss(picture, steps, &curve, count > 0);
    svg_series_free(&validations);
    return picture;
}

/* --- Attention ---------------------------------------------------------------------- */

/* Larger matrices are hard to read side by side. */
enum { MOST_LOOKED = 24 };

static pmy_status look(report_parts *parts, pmy_error *error)
{
    pmy_language *language = parts->close;
    if (!heads_are_in(language))
        return PMY_OK;
    size_t most = language->block < MOST_LOOKED ? language->block : MOST_LOOKED;
    const pmy_text *text = parts->report->text;
    (void)passage_at(&parts->looked, &language->vocabulary, text, passage_begin(&language->vocabulary, text),
                     most);
    if (parts->looked.tokens == 0)
        return PMY_OK;
    pmy_status status = heads_make(language, &parts->looked, &parts->heads, error);
    double least = heads_habit_of(&parts->heads, 0, 0).entropy;
    for (size_t layer = 0; layer < parts->heads.layers; layer++)
        for (size_t head = 0; head < parts->heads.count[layer]; head++) {
            double entropy = heads_habit_of(&parts->heads, layer, head).entropy;
            if (entropy < least)
                least = entropy, parts->layer = layer, parts->head = head;
        }
    return status;
}

/* --- Making the parts ---------------------------------------------------------------- */

static pmy_status read_on(report_parts *parts, pmy_error *error)
{
    pmy_language *language = parts->close;
    const pmy_text *text = parts->report->text;
    size_t most = language->block;
    size_t at = passage_begin(&language->vocabulary, text);
    pmy_status status = PMY_OK;
    while (status == PMY_OK && parts->reading_count < REPORT_READINGS) {
        reading *r = &parts->readings[parts->reading_count];
        at = passage_at(&r->of, &language->vocabulary, text, at, most);
        if (r->of.tokens == 0)
            break;
        status = reading_make(language, r, error);
        parts->reading_count++;
    }
    return status;
}

static pmy_status draw_figures(report_parts *parts, pmy_error *error)
{
    const report *r = parts->report;
    const learning_steps steps = {
        .kept = r->history->steps, .count = r->history->step_count, .at = step_at, .unit = "step"};
    bool drawn[REPORT_FIGURES] = {false};
    if (report_has_steps(parts)) {
        drawn[REPORT_LOSS] = drawn[REPORT_RATE] = true;
        parts->figures[REPORT_LOSS] = draw_loss(r, &steps);
        parts->figures[REPORT_RATE] = learning_draw_rate(&steps);
    }
    if (report_has_heads(parts)) {
        drawn[REPORT_HEADS] = drawn[REPORT_HEAD] = true;
        parts->figures[REPORT_HEADS] = attention_picture_all(&parts->heads, &parts->looked);
        parts->figures[REPORT_HEAD] =
            attention_picture_one(&parts->heads, &parts->looked, parts->layer, parts->head);
    }
    for (size_t i = 0; i < REPORT_FIGURES; i++)
        if (drawn[i] && !parts->figures[i])
            return pmy_fail(error, PMY_NO_MEMORY, "no memory for a plot");
    return PMY_OK;
}

static pmy_status make_parts(report_parts *parts, pmy_error *error)
{
    const pmy_language *language = parts->report->language;
    size_t most = language->block < PASSAGE_MOST ? language->block : PASSAGE_MOST;
    parts->unit = outcome_unit(&language->vocabulary);
    parts->command = html_command_line(parts->report->command, error);
    pmy_status status = parts->command ? passage_model(language, most, &parts->close, error) : PMY_NO_MEMORY;
    if (status == PMY_OK)
        status = read_on(parts, error);
    if (status == PMY_OK)
        status = look(parts, error);
    return status == PMY_OK ? draw_figures(parts, error) : status;
}

static void free_parts(report_parts *parts)
{
    for (size_t i = 0; i < REPORT_FIGURES; i++)
        svg_free(parts->figures[i]);
    heads_free(&parts->heads);
    pmy_language_free(parts->close);
    free(parts->command);
    free(parts);
}

/* --- Writing the files ---------------------------------------------------------------- */

static pmy_status write_files(const report_parts *parts, pmy_error *error)
{
    const char *folder = parts->report->folder;
    pmy_status status = output_folder_make(folder, error);
    for (size_t i = 0; status == PMY_OK && report_table_at(i); i++)
        if (report_table_at(i)->is_there(parts))
            status =
                output_folder_write(folder, report_table_at(i)->name, report_table_at(i)->put, parts, error);
    for (report_figure figure = 0; status == PMY_OK && figure < REPORT_FIGURES; figure++)
        if (parts->figures[figure])
            status = output_folder_draw(folder, report_figure_name(figure), parts->figures[figure], error);
    return status == PMY_OK ? output_folder_write(folder, "index.html", report_put_page, parts, error)
                            : status;
}

pmy_status report_write(const report *r, pmy_error *error)
{
    report_parts *parts = calloc(1, sizeof *parts);
    if (!parts)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a report");
    parts->report = r;
    pmy_status status = make_parts(parts, error);
    if (status == PMY_OK)
        status = write_files(parts, error);
    free_parts(parts);
    return status;
}
