#include "text/report_sections.h"

#include "common/html.h"
#include "text/outcome.h"

#include <math.h>

static html_number number(const char *format, double value)
{
    html_number text;
    (void)snprintf(text.text, sizeof text.text, format, value);
    return text;
}

static void put_tiles(FILE *file, const report_parts *parts)
{
    const report *r = parts->report;
    const history *h = r->history;
    char name[48];
    (void)fputs("<dl class=\"tiles\">\n", file);
    if (r->score) {
        (void)snprintf(name, sizeof name, "bits a %s", parts->unit);
        html_tile(file, name, number("%.4f", outcome_bits(r->score->loss)).text);
        html_tile(file, "perplexity", number("%.4g", exp(r->score->loss)).text);
    }
    html_tile(file, "parameters", html_count(r->language->facts.net.parameters).text);
    (void)snprintf(name, sizeof name, "different %ss", parts->unit);
    html_tile(file, name, html_count(r->language->vocabulary.count).text);
    if (h->step_count) {
        const pmy_language_step *last = &h->steps[h->step_count - 1];
        html_tile(file, "training", number(last->seconds < 100 ? "%.1f s" : "%.0f s", last->seconds).text);
    }
    (void)fputs("</dl>\n", file);
}

static void put_score(FILE *file, const report_parts *parts, const pmy_language_score *score)
{
    double margin = outcome_margin(score);
    (void)fprintf(file,
                  "<h1><b>%.4f nats</b> a %s of text it has not learned from</h1>\n<p class=\"interval\">",
                  score->loss, parts->unit);
    if (margin > 0)
        (void)fprintf(
            file,
            "On other text like this it would be, with 95 %% confidence, between <strong>%.4f</strong> "
            "and <strong>%.4f</strong>. ",
            score->loss - margin, score->loss + margin);
    (void)fprintf(file, "Measured on %s %ss.</p>\n", html_count(score->tokens).text, parts->unit);
}

static void put_top(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const report *r = parts->report;
    html_element(file, "p class=\"eyebrow\"", r->command->name);
    if (r->score)
        put_score(file, parts, r->score);
    else
        (void)fputs("<h1>A language model, not validated</h1>\n", file);
    (void)fputs("<p class=\"net\">", file);
    html_element(file, "code", r->language->facts.net.text);
    (void)fputs(" on ", file);
    html_element(file, "code", r->data);
    (void)fputs("</p>\n", file);
    put_tiles(file, parts);
}

void report_put_page(FILE *file, const void *context)
{
    const report *r = ((const report_parts *)context)->report;
    char title[128];
    if (r->score)
        (void)snprintf(title, sizeof title, "%.4f nats: %s", r->score->loss, r->command->name);
    else
        (void)snprintf(title, sizeof title, "%s", r->command->name);
    html_page_put(file,
                  &(html_page){.title = title,
                               .style = report_style_sheet,
                               .put_top = put_top,
                               .sections = report_sections,
                               .section_count = report_section_count},
                  context);
}
