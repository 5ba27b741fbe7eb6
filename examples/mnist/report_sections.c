#include "mnist/report_sections.h"

#include "common/markup.h"
#include "common/html.h"

#include <math.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void put_picture(FILE *file, const png *picture, const char *style)
{
    (void)fprintf(file, "<img class=\"%s\" width=\"%zu\" height=\"%zu\" src=\"", style, picture->width,
                  picture->height);
    png_put_address(picture, file);
    (void)fputs("\" alt=\"", file);
}

/* A digit; its alternative text is `what` and the name of its class. */
static void put_digit(FILE *file, const png *picture, const char *what, const char *name)
{
    put_picture(file, picture, "digit");
    (void)fputs(what, file);
    markup_put(file, name);
    (void)fputs("\"/>", file);
}

static const char *class_of(const report_parts *parts, size_t index)
{
    return parts->report->classes[index];
}

/* --- Learning ----------------------------------------------------------------- */

static bool has_history(const void *parts)
{
    return ((const report_parts *)parts)->report->history != NULL;
}

static void put_epochs(FILE *file, const history *h)
{
    static const char *const headings[] = {"epoch", "loss", "right", "validation loss", "right"};
    bool validated = h->epoch_count && h->epochs[0].validation.count;
    (void)fputs("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Epochs in numbers\">"
                "<table class=\"numbers\"><caption>Epoch by epoch</caption>\n",
                file);
    html_head(file, headings, validated ? COUNT_OF(headings) : COUNT_OF(headings) - 2);
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; i < h->epoch_count; i++) {
        const pmy_epoch_report *epoch = &h->epochs[i];
        (void)fprintf(file, "<tr><th scope=\"row\">%zu</th><td>%.4f</td><td>%s</td>", epoch->epoch,
                      epoch->train_loss,
                      html_percent((double)epoch->train_correct / (double)h->examples).text);
        if (validated)
            (void)fprintf(
                file, "<td>%.4f</td><td>%s</td>", epoch->validation.loss,
                html_percent((double)epoch->validation.correct / (double)epoch->validation.count).text);
        (void)fputs("</tr>\n", file);
    }
    (void)fputs("</tbody></table></div>\n", file);
}

static void put_learning(FILE *file, const void *context)
{
    const report_parts *parts = context;
    (void)fputs("<p class=\"lead\">The loss is what training makes small, label smoothing and dropout "
                "included; in training it is taken as each picture is met, before the model has learned from "
                "it. Pictures kept for validation are only looked at.</p>\n<div class=\"cards\">\n",
                file);
    html_figure(file, parts->figures[REPORT_LOSS]);
    html_figure(file, parts->figures[REPORT_ACCURACY]);
    html_figure(file, parts->figures[REPORT_RATE]);
    put_epochs(file, parts->report->history);
    (void)fputs("</div>\n", file);
}

/* --- Confusions --------------------------------------------------------------- */

static void put_pair(FILE *file, const report_parts *parts, const report_pair *pair)
{
    const pmy_confusion *confusion = &pair->confusion;
    size_t examples = pmy_class_score_of(parts->report->result, confusion->label).examples;
    (void)fputs("<tr><th scope=\"row\">", file);
    html_element(file, "b", class_of(parts, confusion->label));
    (void)fputs(" taken for ", file);
    html_element(file, "b", class_of(parts, confusion->prediction));
    (void)fprintf(file, "</th><td>%zu×</td><td>%s</td><td class=\"thumbs\">", confusion->count,
                  html_percent((double)confusion->count / (double)examples).text);
    for (size_t i = 0; i < REPORT_EXAMPLES && pair->examples[i].bytes; i++)
        put_digit(file, &pair->examples[i], "a ", class_of(parts, confusion->label));
    (void)fputs("</td></tr>\n", file);
}

static void put_confusions(FILE *file, const void *context)
{
    const report_parts *parts = context;
    static const char *const headings[] = {"most often", "count", "of its class", "the surest"};
    (void)fputs(
        "<p class=\"lead\">Rows are what a picture is, columns what the model took it for. What is "
        "right is on the diagonal; mistakes are coloured in proportion to the most frequent one.</p>\n"
        "<div class=\"cards\">\n",
        file);
    html_figure(file, parts->figures[REPORT_CONFUSION]);
    (void)fputs("<div class=\"card\">\n", file);
    if (parts->pair_count == 0) {
        (void)fputs("<p>There is no mistake.</p></div></div>\n", file);
        return;
    }
    (void)fputs("<table class=\"numbers pairs\"><caption>Most often confused</caption>\n", file);
    html_head(file, headings, COUNT_OF(headings));
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; i < parts->pair_count; i++)
        put_pair(file, parts, &parts->pairs[i]);
    (void)fputs("</tbody></table></div></div>\n", file);
}

/* --- Classes ------------------------------------------------------------------- */

/* The least share on the strips: all intervals are to the right of it. */
static double strip_begin(const pmy_assessment *a)
{
    double least = 1, low, high;
    for (size_t k = 0; k < a->classes; k++) {
        pmy_class_score score = pmy_class_score_of(a, k);
        const size_t of[] = {score.examples, score.predicted};
        for (int i = 0; i < 2; i++)
            if (of[i]) {
                pmy_wilson95(score.correct, of[i], &low, &high);
                least = fmin(least, low);
            }
    }
    return fmin(0.99, floor(100 * least) / 100);
}

/* A share, and where it lies between `begin` and 1 with its interval. */
static void put_strip(FILE *file, size_t part, size_t whole, double begin)
{
    double value = whole ? (double)part / (double)whole : (double)NAN;
    (void)fprintf(file, "<td><div><span>%s</span>", html_percent(value).text);
    if (whole) {
        double low, high, scale = 100 / (1 - begin);
        pmy_wilson95(part, whole, &low, &high);
        (void)fprintf(file,
                      "<span class=\"strip\" aria-hidden=\"true\"><i style=\"left:%.2f%%;width:%.2f%%\"></i>"
                      "<b style=\"left:%.2f%%\"></b></span>",
                      (low - begin) * scale, (high - low) * scale, (value - begin) * scale);
    }
    (void)fputs("</div></td>", file);
}

static void put_classes(FILE *file, const void *context)
{
    const report_parts *parts = context;
    static const char *const headings[] = {"class", "pictures", "recall", "precision", "F1"};
    const pmy_assessment *a = parts->report->result;
    double begin = strip_begin(a);
    (void)fprintf(
        file,
        "<p class=\"lead\">Recall: of the pictures of a class, how many were recognised. Precision: "
        "of those taken for it, how many are it. The strips go from %.0f to 100 %%; bars are 95 %% "
        "intervals, so that classes whose bars overlap need not differ.</p>\n"
        "<div class=\"card\"><table class=\"numbers classes\"><caption>Class by class</caption>\n",
        100 * begin);
    html_head(file, headings, COUNT_OF(headings));
    (void)fputs("<tbody>\n", file);
    for (size_t k = 0; k < a->classes; k++) {
        pmy_class_score score = pmy_class_score_of(a, k);
        (void)fputs("<tr>", file);
        html_element(file, "th scope=\"row\"", class_of(parts, k));
        (void)fprintf(file, "<td>%s</td>", html_count(score.examples).text);
        put_strip(file, score.correct, score.examples, begin);
        put_strip(file, score.correct, score.predicted, begin);
        (void)fprintf(file, "<td>%s</td></tr>\n", html_percent(score.f1).text);
    }
    (void)fputs("</tbody></table></div>\n", file);
}

/* --- Mistakes ------------------------------------------------------------------ */

static bool has_mistakes(const void *parts)
{
    return ((const report_parts *)parts)->mistake_count > 0;
}

static void put_mistakes(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const pmy_assessment *a = parts->report->result;
    (void)fprintf(file,
                  "<p class=\"lead\">The %zu of %s mistakes that the model was surest of, with the p it gave "
                  "what it saw, and what it gave the truth.</p>\n<ol class=\"mistakes\">\n",
                  parts->mistake_count, html_count(a->count - a->correct).text);
    for (size_t i = 0; i < parts->mistake_count; i++) {
        const pmy_mistake *mistake = &a->mistakes[i];
        (void)fputs("<li class=\"card\"><figure>", file);
        put_digit(file, &parts->mistakes[i], "a ", class_of(parts, (size_t)mistake->label));
        (void)fputs("<figcaption><span class=\"verdict\">", file);
        html_element(file, "b", class_of(parts, (size_t)mistake->label));
        (void)fputs(" taken for ", file);
        html_element(file, "b class=\"wrong\"", class_of(parts, (size_t)mistake->prediction));
        (void)fputs("</span><span class=\"p\">p ", file);
        markup_put(file, html_probability(mistake->p).text);
        (void)fputs("</span><small>truth ", file);
        markup_put(file, html_probability(mistake->label_p).text);
        (void)fprintf(file, "<br/>picture %zu</small></figcaption></figure></li>\n", mistake->index);
    }
    (void)fputs("</ol>\n", file);
}

/* --- Reliability ---------------------------------------------------------------- */

static void put_bins(FILE *file, const pmy_assessment *a)
{
    static const char *const headings[] = {"p", "pictures", "mean p", "right"};
    (void)fputs("<table class=\"numbers\"><caption>Predictions by their p</caption>\n", file);
    html_head(file, headings, COUNT_OF(headings));
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++) {
        const pmy_reliability_bin *bin = &a->bins[i];
        if (bin->count)
            (void)fprintf(file,
                          "<tr><th scope=\"row\">%.2f – %.2f</th><td>%s</td><td>%s</td><td>%s</td></tr>\n",
                          (double)i / PMY_RELIABILITY_BINS, (double)(i + 1) / PMY_RELIABILITY_BINS,
                          html_count(bin->count).text, html_percent(bin->p / (double)bin->count).text,
                          html_percent((double)bin->correct / (double)bin->count).text);
    }
    (void)fputs("</tbody></table>\n", file);
}

/* Whether the model thinks too well of itself, or the other way around. */
static const char *tendency(const pmy_assessment *a)
{
    double p = 0;
    for (size_t i = 0; i < PMY_RELIABILITY_BINS; i++)
        p += a->bins[i].p;
    return p > (double)a->correct ? "more sure than it is right" : "less sure than it is right";
}

static void put_reliability(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const pmy_assessment *a = parts->report->result;
    (void)fprintf(
        file,
        "<p class=\"lead\">Of predictions with a p of 0.8, eight in ten should be right. How far p is "
        "off, on average, is the expected calibration error: <strong>%s</strong>, over %d bins. On "
        "the whole this model is %s.</p>\n<div class=\"cards\">\n",
        html_percent(pmy_calibration_error(a)).text, (int)PMY_RELIABILITY_BINS, tendency(a));
    html_figure(file, parts->figures[REPORT_RELIABILITY]);
    (void)fputs("<div class=\"card\">\n", file);
    put_bins(file, a);
    (void)fputs("</div></div>\n", file);
}

/* --- Filters -------------------------------------------------------------------- */

static bool has_filters(const void *parts)
{
    return ((const report_parts *)parts)->filters.sheet.bytes != NULL;
}

static void put_filters(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const report_filters *filters = &parts->filters;
    (void)fprintf(
        file,
        "<p class=\"lead\">The weights of the first layer's filters, %zu by %zu each: "
        "<span class=\"key positive\">blue</span> where ink speaks for the filter, "
        "<span class=\"key negative\">orange</span> where it speaks against it, in proportion to the "
        "filter's largest weight. ",
        filters->height, filters->width);
    if (filters->shown < filters->count)
        (void)fprintf(file, "These are the %zu of %s with the largest weights.", filters->shown,
                      html_count(filters->count).text);
    (void)fputs("</p>\n<div class=\"card\">", file);
    put_picture(file, &filters->sheet, "filters");
    (void)fprintf(file, "%zu filters of the first layer\"/></div>\n", filters->shown);
}

/* -------------------------------------------------------------------------------- */

const html_section report_sections[] = {
    {"learning", "How it learned", has_history, put_learning},
    {"confusions", "What it takes for what", html_always, put_confusions},
    {"classes", "How it does on each class", html_always, put_classes},
    {"mistakes", "Where it was sure, and wrong", has_mistakes, put_mistakes},
    {"reliability", "How far p can be trusted", html_always, put_reliability},
    {"filters", "What its first layer looks for", has_filters, put_filters},
    {"recipe", "How it was made", html_always, report_put_recipe},
    {"files", "What is in this folder", html_always, report_put_files},
};

const size_t report_section_count = COUNT_OF(report_sections);
