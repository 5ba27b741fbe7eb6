#include "mnist/report_page.h"

#include "common/markup.h"
#include "common/svg_style.h"
#include "mnist/report_html.h"
#include "mnist/report_sections.h"
#include "base/version.h"

static void put_tile(FILE *file, const char *name, const char *value)
{
    (void)fputs("<div>", file);
    html_element(file, "dt", name);
    html_element(file, "dd", value);
    (void)fputs("</div>\n", file);
}

static void put_tiles(FILE *file, const report *r)
{
    const pmy_assessment *a = r->result;
    char loss[32], time[32];
    (void)snprintf(loss, sizeof loss, "%.4f", a->loss);
    (void)fputs("<dl class=\"tiles\">\n", file);
    put_tile(file, "mistakes", html_count(a->count - a->correct).text);
    put_tile(file, "cross-entropy", loss);
    put_tile(file, "calibration error", html_percent(pmy_calibration_error(a)).text);
    put_tile(file, "parameters", html_count(r->net->parameters).text);
    if (r->history && r->history->step_count) {
        (void)snprintf(time, sizeof time, "%.1f s", r->history->steps[r->history->step_count - 1].seconds);
        put_tile(file, "training", time);
    }
    (void)fputs("</dl>\n", file);
}

static void put_top(FILE *file, const report_parts *parts)
{
    const report *r = parts->report;
    const pmy_assessment *a = r->result;
    double low, high, accuracy = (double)a->correct / (double)a->count;
    pmy_wilson95(a->correct, a->count, &low, &high);
    (void)fputs("<header>\n", file);
    html_element(file, "p class=\"eyebrow\"", r->command->name);
    (void)fprintf(file, "<h1><b>%s</b> of %s test pictures are recognised</h1>\n",
                  html_percent(accuracy).text, html_count(a->count).text);
    (void)fprintf(file,
                  "<p class=\"interval\">On pictures like these it would be, with 95 %% confidence, between "
                  "<strong>%.2f</strong> and <strong>%s</strong>.</p>\n<p class=\"net\">",
                  100 * low, html_percent(high).text);
    html_element(file, "code", r->net->text);
    (void)fputs(" on ", file);
    html_element(file, "code", r->data);
    (void)fputs("</p>\n", file);
    put_tiles(file, r);
    (void)fputs("<nav aria-label=\"Sections\">\n", file);
    for (size_t i = 0; report_section_at(i); i++)
        if (report_section_at(i)->is_there(parts))
            (void)fprintf(file, "<a href=\"#%s\">%s</a>\n", report_section_at(i)->id,
                          report_section_at(i)->title);
    (void)fputs("</nav>\n</header>\n", file);
}

void report_put_page(FILE *file, const void *context)
{
    const report_parts *parts = context;
    const pmy_assessment *a = parts->report->result;
    (void)fprintf(file,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>%s right: ",
                  html_percent((double)a->correct / (double)a->count).text);
    markup_put(file, parts->report->command->name);
    (void)fprintf(file, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n", svg_style_sheet,
                  report_style_sheet);
    put_top(file, parts);
    (void)fputs("<main>\n", file);
    for (size_t i = 0; report_section_at(i); i++) {
        const report_section *section = report_section_at(i);
        if (!section->is_there(parts))
            continue;
        (void)fprintf(file, "<section id=\"%s\">\n<h2>%s</h2>\n", section->id, section->title);
        section->put(file, parts);
        (void)fputs("</section>\n", file);
    }
    (void)fprintf(file, "</main>\n<footer>Written by pmy %s.</footer>\n</body>\n</html>\n", pmy_version());
}
