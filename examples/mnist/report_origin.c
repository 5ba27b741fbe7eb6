/* Where a report comes from: the command, the net, the files. */
#include "mnist/report_sections.h"

#include "common/markup.h"
#include "mnist/report_html.h"
#include "mnist/report_tables.h"

#include <string.h>

/* --- The recipe ------------------------------------------------------------------ */

static void put_layers(FILE *file, const pmy_net *net)
{
    static const char *const headings[] = {"#", "layer", "output", "parameters"};
    (void)fputs("<table class=\"numbers layers\"><caption>The net, layer by layer</caption>\n", file);
    html_head(file, headings, sizeof headings / sizeof *headings);
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; i < net->count; i++) {
        const pmy_layer *layer = &net->layer[i];
        (void)fputs("<tr>", file);
        html_element(file, "th scope=\"row\"", layer->name);
        html_element(file, "td", pmy_layer_print(layer).text);
        html_element(file, "td", pmy_shape_print(pmy_shape_of_row(layer->output)).text);
        (void)fprintf(file, "<td>%s</td></tr>\n", html_count(layer->parameters).text);
    }
    (void)fprintf(file,
                  "</tbody><tfoot><tr><th scope=\"row\"></th><td>all</td><td></td><td>%s</td></tr></tfoot>"
                  "</table>\n",
                  html_count(net->parameters).text);
}

/* The command line, in pieces that lines are broken between: each option with its value. */
static void put_command(FILE *file, char *command)
{
    for (char *piece = command, *next; piece; piece = next) {
        next = strstr(piece, " --");
        if (next)
            *next++ = '\0';
        html_element(file, "span", piece);
        if (next)
            (void)fputc(' ', file);
    }
}

void report_put_recipe(FILE *file, const report_parts *parts)
{
    (void)fprintf(file, "<p class=\"lead\">%s</p>\n<div class=\"card\"><p class=\"command\"><code>",
                  parts->report->history ? "This command makes the same again, to the last bit."
                                         : "This command tests the model again.");
    put_command(file, parts->command);
    (void)fputs("</code></p></div>\n<div class=\"card scroll\" tabindex=\"0\" role=\"region\" "
                "aria-label=\"Layers\">\n",
                file);
    put_layers(file, parts->report->net);
    (void)fputs("</div>\n", file);
}

/* --- The files --------------------------------------------------------------------- */

static void put_file(FILE *file, const char *name, const char *meaning)
{
    (void)fprintf(file, "<tr><th scope=\"row\"><a href=\"%s\">%s</a></th><td>%s</td></tr>\n", name, name,
                  meaning);
}

void report_put_files(FILE *file, const report_parts *parts)
{
    static const char *const headings[] = {"file", "what it holds"};
    (void)fputs("<div class=\"card\"><table class=\"files\">\n", file);
    html_head(file, headings, sizeof headings / sizeof *headings);
    (void)fputs("<tbody>\n", file);
    for (size_t i = 0; report_table_at(i); i++)
        if (parts->report->history || !report_table_at(i)->of_training)
            put_file(file, report_table_at(i)->name, report_table_at(i)->meaning);
    for (report_figure figure = 0; figure < REPORT_FIGURES; figure++)
        if (parts->figures[figure])
            put_file(file, report_figure_name(figure), report_figure_meaning(figure));
    if (parts->filters.sheet.bytes)
        put_file(file, "filters.png", "the first layer's filters");
    if (parts->mistake_count)
        (void)fprintf(file,
                      "<tr><th scope=\"row\"><a href=\"%s\">%s</a> …</th><td>the pictures of the %zu most "
                      "confident mistakes, as the model saw them</td></tr>\n",
                      report_mistake_name(0).text, report_mistake_name(0).text, parts->mistake_count);
    (void)fputs("</tbody></table></div>\n", file);
}
