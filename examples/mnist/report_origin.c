/* Where a report comes from: the command, the net, the files. */
#include "mnist/report_sections.h"

#include "common/html_origin.h"
#include "mnist/report_tables.h"

/* --- The recipe ------------------------------------------------------------------ */

void report_put_recipe(FILE *file, const void *context)
{
    const report_parts *parts = context;
    (void)fprintf(file, "<p class=\"lead\">%s</p>\n",
                  parts->report->history ? "This command makes the same again, to the last bit."
                                         : "This command tests the model again.");
    html_command(file, parts->command);
    html_layers(file, parts->report->net);
}

/* --- The files --------------------------------------------------------------------- */

void report_put_files(FILE *file, const void *context)
{
    const report_parts *parts = context;
    html_files_begin(file);
    for (size_t i = 0; report_table_at(i); i++)
        if (parts->report->history || !report_table_at(i)->of_training)
            html_file(file, report_table_at(i)->name, report_table_at(i)->meaning);
    for (report_figure figure = 0; figure < REPORT_FIGURES; figure++)
        if (parts->figures[figure])
            html_file(file, report_figure_name(figure), report_figure_meaning(figure));
    if (parts->filters.sheet.bytes)
        html_file(file, "filters.png", "the first layer's filters");
    if (parts->mistake_count)
        (void)fprintf(file,
                      "<tr><th scope=\"row\"><a href=\"%s\">%s</a> …</th><td>the pictures of the %zu most "
                      "confident mistakes, as the model saw them</td></tr>\n",
                      report_mistake_name(0).text, report_mistake_name(0).text, parts->mistake_count);
    html_files_end(file);
}
