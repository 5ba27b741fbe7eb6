#include "mnist/report_page.h"

#include "common/html.h"
#include "common/html_page.h"
#include "mnist/report_sections.h"

static void put_tiles(FILE *file, const report *r)
{
    const pmy_assessment *a = r->result;
    char loss[32], time[32];
    (void)snprintf(loss, sizeof loss, "%.4f", a->loss);
    (void)fputs("<dl class=\"tiles\">\n", file);
    html_tile(file, "mistakes", html_count(a->count - a->correct).text);
    html_tile(file, "cross-entropy", loss);
    html_tile(file, "calibration error", html_percent(pmy_calibration_error(a)).text);
    html_tile(file, "parameters", html_count(r->net->parameters).text);
    if (r->history && r->history->step_count) {
        (void)snprintf(time, sizeof time, "%.1f s", r->history->steps[r->history->step_count - 1].seconds);
        html_tile(file, "training", time);
    }
    (void)fputs("</dl>\n", file);
}

static void put_top(FILE *file, const void *context)
{
    const report *r = ((const report_parts *)context)->report;
    const pmy_assessment *a = r->result;
    double low, high, accuracy = (double)a->correct / (double)a->count;
    pmy_wilson95(a->correct, a->count, &low, &high);
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
}

void report_put_page(FILE *file, const void *context)
{
    const report *r = ((const report_parts *)context)->report;
    char title[128];
    (void)snprintf(title, sizeof title, "%s right: %s",
                   html_percent((double)r->result->correct / (double)r->result->count).text,
                   r->command->name);
    html_page_put(file,
                  &(html_page){.title = title,
                               .style = report_style_sheet,
                               .put_top = put_top,
                               .sections = report_sections,
                               .section_count = report_section_count},
                  context);
}
