#include "mnist/report_parts.h"

#include "common/html_origin.h"
#include "common/output_folder.h"
#include "mnist/report_figures.h"
#include "mnist/report_page.h"
#include "mnist/report_pictures.h"
#include "mnist/report_tables.h"

#include <stdlib.h>

/* --- Names --------------------------------------------------------------------- */

static const struct {
    const char *name, *meaning;
} figures[REPORT_FIGURES] = {
    [REPORT_LOSS] = {"learning-loss.svg", "loss over the epochs"},
    [REPORT_ACCURACY] = {"learning-accuracy.svg", "accuracy over the epochs"},
    [REPORT_RATE] = {"learning-rate.svg", "learning rate over the epochs"},
    [REPORT_CONFUSION] = {"confusion.svg", "what was taken for what"},
    [REPORT_RELIABILITY] = {"reliability.svg", "how far p can be trusted"},
};

const char *report_figure_name(report_figure figure)
{
    return figures[figure].name;
}

const char *report_figure_meaning(report_figure figure)
{
    return figures[figure].meaning;
}

report_name report_mistake_name(size_t index)
{
    report_name name;
    (void)snprintf(name.text, sizeof name.text, "mistake-%02zu.png", index + 1);
    return name;
}

/* --- Making the parts ------------------------------------------------------------ */

static pmy_status draw_figures(report_parts *parts, pmy_error *error)
{
    const report *r = parts->report;
    size_t first = r->history ? 0 : REPORT_CONFUSION;
    if (r->history) {
        parts->figures[REPORT_LOSS] = report_draw_loss(r->history);
        parts->figures[REPORT_ACCURACY] = report_draw_accuracy(r->history);
        parts->figures[REPORT_RATE] = report_draw_rate(r->history);
    }
    parts->figures[REPORT_CONFUSION] = report_draw_confusion(r->result, r->classes);
    parts->figures[REPORT_RELIABILITY] = report_draw_reliability(r->result);
    for (size_t i = first; i < REPORT_FIGURES; i++)
        if (!parts->figures[i])
            return pmy_fail(error, PMY_NO_MEMORY, "no memory for a plot");
    return PMY_OK;
}

static pmy_status draw_mistakes(report_parts *parts, pmy_error *error)
{
    const pmy_assessment *a = parts->report->result;
    size_t wrong = a->count - a->correct;
    pmy_status status = PMY_OK;
    while (status == PMY_OK && parts->mistake_count < REPORT_MISTAKES && parts->mistake_count < wrong) {
        size_t i = parts->mistake_count;
        status = report_digit(parts->report->test, a->mistakes[i].index, &parts->mistakes[i], error);
        parts->mistake_count += status == PMY_OK;
    }
    return status;
}

/* The pair's most confident examples. */
static pmy_status draw_pair(const report *r, report_pair *pair, pmy_error *error)
{
    const pmy_assessment *a = r->result;
    pmy_status status = PMY_OK;
    size_t found = 0;
    for (size_t i = 0; status == PMY_OK && found < REPORT_EXAMPLES && i < a->count - a->correct; i++) {
        const pmy_mistake *mistake = &a->mistakes[i];
        if ((size_t)mistake->label == pair->confusion.label &&
            (size_t)mistake->prediction == pair->confusion.prediction)
            status = report_digit(r->test, mistake->index, &pair->examples[found++], error);
    }
    return status;
}

static pmy_status draw_pairs(report_parts *parts, pmy_error *error)
{
    pmy_confusion worst[REPORT_PAIRS];
    parts->pair_count = pmy_worst_confusions(parts->report->result, REPORT_PAIRS, worst);
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < parts->pair_count; i++) {
        parts->pairs[i].confusion = worst[i];
        status = draw_pair(parts->report, &parts->pairs[i], error);
    }
    return status;
}

static pmy_status make_parts(report_parts *parts, pmy_error *error)
{
    const report *r = parts->report;
    pmy_status status = PMY_OK;
    if (r->history && r->history->failed)
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for what happened in training");
    if (status == PMY_OK && !(parts->command = html_command_line(r->command, error)))
        status = PMY_NO_MEMORY;
    if (status == PMY_OK)
        status = draw_figures(parts, error);
    if (status == PMY_OK)
        status = draw_mistakes(parts, error);
    if (status == PMY_OK)
        status = draw_pairs(parts, error);
    if (status == PMY_OK)
        status = report_draw_filters(r->graph, r->test, &parts->filters, error);
    return status;
}

static void free_parts(report_parts *parts)
{
    for (size_t i = 0; i < REPORT_FIGURES; i++)
        svg_free(parts->figures[i]);
    for (size_t i = 0; i < REPORT_MISTAKES; i++)
        png_free(&parts->mistakes[i]);
    for (size_t i = 0; i < REPORT_PAIRS; i++)
        for (size_t k = 0; k < REPORT_EXAMPLES; k++)
            png_free(&parts->pairs[i].examples[k]);
    png_free(&parts->filters.sheet);
    free(parts->command);
    free(parts);
}

/* --- Writing the files ------------------------------------------------------------ */

static void put_png(FILE *file, const void *context)
{
    const png *picture = context;
    (void)fwrite(picture->bytes, 1, picture->size, file);
}

static pmy_status write_figures(const report_parts *parts, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (report_figure figure = 0; status == PMY_OK && figure < REPORT_FIGURES; figure++)
        if (parts->figures[figure])
            status = output_folder_draw(parts->report->folder, report_figure_name(figure),
                                        parts->figures[figure], error);
    return status;
}

static pmy_status write_pictures(const report_parts *parts, pmy_error *error)
{
    const char *folder = parts->report->folder;
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < parts->mistake_count; i++)
        status =
            output_folder_write(folder, report_mistake_name(i).text, put_png, &parts->mistakes[i], error);
    if (status == PMY_OK && parts->filters.sheet.bytes)
        status = output_folder_write(folder, "filters.png", put_png, &parts->filters.sheet, error);
    return status;
}

static pmy_status write_tables(const report *r, pmy_error *error)
{
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && report_table_at(i); i++)
        if (r->history || !report_table_at(i)->of_training)
            status =
                output_folder_write(r->folder, report_table_at(i)->name, report_table_at(i)->put, r, error);
    return status;
}

pmy_status report_write(const report *r, pmy_error *error)
{
    report_parts *parts = calloc(1, sizeof *parts);
    if (!parts)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a report");
    parts->report = r;
    pmy_status status = make_parts(parts, error);
    if (status == PMY_OK)
        status = output_folder_make(r->folder, error);
    if (status == PMY_OK)
        status = write_tables(r, error);
    if (status == PMY_OK)
        status = write_figures(parts, error);
    if (status == PMY_OK)
        status = write_pictures(parts, error);
    if (status == PMY_OK)
        status = output_folder_write(r->folder, "index.html", report_put_page, parts, error);
    free_parts(parts);
    return status;
}
