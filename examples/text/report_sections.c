#include "text/report_sections.h"

#include "common/html.h"
#include "common/html_origin.h"
#include "common/markup.h"
#include "text/outcome.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const pmy_vocabulary *vocabulary_of(const report_parts *parts)
{
    return &parts->report->language->vocabulary;
}

/* --- Learning ----------------------------------------------------------------- */

static void put_validations(FILE *file, const report_parts *parts)
{
    static const char *const headings[] = {"step", "loss", "±", "bits", "perplexity"};
    const history *h = parts->report->history;
    (void)fputs(
        "<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Validations in numbers\">"
        "<table class=\"numbers\"><caption>Validations</caption>\n",
        file);
    html_head(file, headings, COUNT_OF(headings));
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; i < h->look_count; i++) {
        const pmy_language_score *score = &h->looks[i].score;
        if (score->windows)
            (void)fprintf(
                file,
                "<tr><th scope=\"row\">%s</th><td>%.4f</td><td>%.4f</td><td>%.4f</td><td>%.4g</td></tr>\n",
                html_count((size_t)h->looks[i].step).text, score->loss, outcome_margin(score),
                outcome_bits(score->loss), exp(score->loss));
    }
    (void)fputs("</tbody></table></div>\n", file);
}

static void put_learning(FILE *file, const void *context)
{
    const report_parts *parts = context;
    size_t tokens = vocabulary_of(parts)->count;
    (void)fprintf(
        file,
        "<p class=\"lead\">The loss is that of the next %s, in nats, as training has it: label smoothing "
        "and dropout included. A guess among all %s would have a loss of %.4f. The text kept for "
        "validation is only looked at.</p>\n<div class=\"cards\">\n",
        parts->unit, html_count(tokens).text, log((double)tokens));
    html_figure(file, parts->figures[REPORT_LOSS]);
    html_figure(file, parts->figures[REPORT_RATE]);
    if (report_has_scores(parts))
        put_validations(file, parts);
    (void)fputs("</div>\n", file);
}

/* --- Samples ------------------------------------------------------------------- */

static void put_sample(FILE *file, const history_look *look)
{
    (void)fputs("<li class=\"card\"><p>", file);
    if (look->step)
        (void)fprintf(file, "after step %s", html_count((size_t)look->step).text);
    else
        (void)fputs("before the first step", file);
    if (look->score.windows)
        (void)fprintf(file, "<small>loss %.4f</small>", look->score.loss);
    (void)fputs("</p>\n<pre><code>", file);
    markup_put_lines(file, look->sample);
    (void)fputs("</code></pre></li>\n", file);
}

static void put_samples(FILE *file, const void *context)
{
    enum { MOST = 12 };
    const history *h = ((const report_parts *)context)->report->history;
    size_t shown = h->look_count < MOST ? h->look_count : MOST;
    (void)fprintf(
        file,
        "<p class=\"lead\">What the model writes, at a temperature of %.1f and always from the same "
        "random numbers.%s</p>\n<ol class=\"samples\">\n",
        HISTORY_TEMPERATURE, shown < h->look_count ? " All samples are in samples.csv." : "");
    for (size_t i = 0; i < shown; i++)
        put_sample(file, &h->looks[shown > 1 ? i * (h->look_count - 1) / (shown - 1) : 0]);
    (void)fputs("</ol>\n", file);
}

/* --- Reading -------------------------------------------------------------------- */

/* A token as it stands in a text, visible also where a line ends. */
static const char *shown_token(const char *name)
{
    return strcmp(name, "space") == 0 ? " " : strcmp(name, "\\n") == 0 ? "↵\n" : name;
}

static void put_token(FILE *file, const reading *r, size_t index, const pmy_vocabulary *vocabulary)
{
    enum { STRONGEST = 8 /* bits, and more */ };
    double bits = outcome_bits(-log(r->p[index]));
    (void)fprintf(file, "<span style=\"--strength:%.2f\" title=\"p ", 0.8 * fmin(1, bits / STRONGEST));
    markup_put(file, html_probability(r->p[index]).text);
    (void)fputs("; likeliest: ", file);
    markup_put(file, pmy_vocabulary_show(vocabulary, r->likeliest[index]).text);
    (void)fputs(", p ", file);
    markup_put(file, html_probability(r->likeliest_p[index]).text);
    (void)fputs("\">", file);
    markup_put_lines(file, shown_token(r->of.name[index].text));
    (void)fputs("</span>", file);
}

static void put_reading(FILE *file, const void *context)
{
    const report_parts *parts = context;
    bool lines = vocabulary_of(parts)->lines;
    (void)fprintf(file,
                  "<p class=\"lead\">Some of the text%s, %s by %s: the less likely one was to the model, the "
                  "stronger its "
                  "colour. Resting on one shows its p, and what was expected. The model sees what is before "
                  "it in the same "
                  "%s.</p>\n<div class=\"card\"><pre class=\"reading\"><code>",
                  report_has_scores(parts) ? " kept for validation" : "", parts->unit, parts->unit,
                  lines ? "line" : "window; windows begin at bars");
    if (!lines)
        markup_put_lines(file, shown_token(parts->readings[0].of.name[0].text));
    for (size_t n = 0; n < parts->reading_count; n++) {
        const reading *r = &parts->readings[n];
        if (n > 0 && !lines)
            (void)fputs("<i>|</i>", file);
        for (size_t i = 1; i < r->of.tokens; i++)
            put_token(file, r, i, vocabulary_of(parts));
    }
    (void)fputs("</code></pre></div>\n", file);
}

/* --- Attention ------------------------------------------------------------------- */

static void put_habits(FILE *file, const heads *of)
{
    static const char *const headings[] = {"layer, head", "itself", "before", "first", "entropy"};
    (void)fputs("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Heads in numbers\">"
                "<table class=\"numbers\"><caption>Head by head</caption>\n",
                file);
    html_head(file, headings, COUNT_OF(headings));
    (void)fputs("<tbody>\n", file);
    for (size_t layer = 0; layer < of->layers; layer++)
        for (size_t head = 0; head < of->count[layer]; head++) {
            heads_habit habit = heads_habit_of(of, layer, head);
            (void)fprintf(
                file,
                "<tr><th scope=\"row\">%zu, %zu</th><td>%s</td><td>%s</td><td>%s</td><td>%.2f</td></tr>\n",
                layer, head, html_percent(habit.itself).text, html_percent(habit.before).text,
                html_percent(habit.first).text, habit.entropy);
        }
    (void)fputs("</tbody></table></div>\n", file);
}

static void put_attention(FILE *file, const void *context)
{
    const report_parts *parts = context;
    (void)fprintf(file,
                  "<p class=\"lead\">Where each head looks in the first %zu of these: rows are %ss, columns "
                  "those that they "
                  "may look at, themselves and what is before them; the darker, the larger the share. The "
                  "table has the mean "
                  "shares that one gives to itself, to the one before it and to the first, and the entropy "
                  "of its shares in "
                  "nats. Large: the head whose entropy is least.</p>\n<div class=\"wide\">\n",
                  parts->heads.tokens, parts->unit);
    html_figure(file, parts->figures[REPORT_HEADS]);
    html_figure(file, parts->figures[REPORT_HEAD]);
    put_habits(file, &parts->heads);
    (void)fputs("</div>\n", file);
}

/* --- How it was made -------------------------------------------------------------- */

static void put_vocabulary(FILE *file, const report_parts *parts)
{
    enum { MOST = 400 };
    const pmy_vocabulary *vocabulary = vocabulary_of(parts);
    size_t shown = vocabulary->count < MOST ? vocabulary->count : MOST;
    (void)fprintf(file,
                  "<div class=\"card\"><p><b>The %s %ss of the text%s</b></p>\n<p class=\"tokens\"><code>",
                  html_count(vocabulary->count).text, parts->unit,
                  vocabulary->lines ? ", in which each line is an example" : "");
    for (size_t i = 0; i < shown; i++)
        html_element(file, "span", pmy_vocabulary_show(vocabulary, (int32_t)i).text);
    (void)fprintf(file, "%s</code></p></div>\n", shown < vocabulary->count ? " …" : "");
}

static void put_recipe(FILE *file, const void *context)
{
    const report_parts *parts = context;
    (void)fputs("<p class=\"lead\">This command makes the same again, to the last bit.</p>\n", file);
    html_command(file, parts->command);
    html_layers(file, &parts->report->language->facts.net);
    put_vocabulary(file, parts);
}

static void put_files(FILE *file, const void *context)
{
    const report_parts *parts = context;
    html_files_begin(file);
    for (size_t i = 0; report_table_at(i); i++)
        if (report_table_at(i)->is_there(parts))
            html_file(file, report_table_at(i)->name, report_table_at(i)->meaning);
    for (report_figure figure = 0; figure < REPORT_FIGURES; figure++)
        if (parts->figures[figure])
            html_file(file, report_figure_name(figure), report_figure_meaning(figure));
    html_files_end(file);
}

/* ------------------------------------------------------------------------------------ */

const html_section report_sections[] = {
    {"learning", "How it learned", report_has_steps, put_learning},
    {"samples", "What it writes", html_always, put_samples},
    {"reading", "How it reads", report_has_reading, put_reading},
    {"attention", "Where it looks", report_has_heads, put_attention},
    {"recipe", "How it was made", html_always, put_recipe},
    {"files", "What is in this folder", html_always, put_files},
};

const size_t report_section_count = COUNT_OF(report_sections);
