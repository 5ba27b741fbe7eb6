#include "common/html_origin.h"

#include "common/html.h"

#include <stdlib.h>
#include <string.h>

/* --- The command ----------------------------------------------------------------- */

char *html_command_line(const options *command, pmy_error *error)
{
    char *line = NULL;
    size_t size;
    FILE *file = open_memstream(&line, &size);
    if (file) {
        options_print_line(command, file, false);
        bool failed = ferror(file) != 0;
        if (fclose(file) == 0 && !failed)
            return line;
    }
    free(line);
    (void)pmy_fail(error, PMY_NO_MEMORY, "no memory for the command line");
    return NULL;
}

void html_command(FILE *file, char *line)
{
    (void)fputs("<div class=\"card\"><p class=\"command\"><code>", file);
    /* In pieces that lines are broken between: each option with its value. */
    for (char *piece = line, *next; piece; piece = next) {
        next = strstr(piece, " --");
        if (next)
            *next = '\0';
        html_element(file, "span", piece);
        if (next)
            (void)fputc(*next++ = ' ', file);
    }
    (void)fputs("</code></p></div>\n", file);
}

/* --- The net ---------------------------------------------------------------------- */

void html_layers(FILE *file, const pmy_net *net)
{
    static const char *const headings[] = {"#", "layer", "output", "parameters"};
    (void)fputs("<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Layers\">\n"
                "<table class=\"numbers layers\"><caption>The net, layer by layer</caption>\n",
                file);
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
                  "</table>\n</div>\n",
                  html_count(net->parameters).text);
}

/* --- Files ------------------------------------------------------------------------- */

void html_files_begin(FILE *file)
{
    static const char *const headings[] = {"file", "what it holds"};
    (void)fputs("<div class=\"card\"><table class=\"files\">\n", file);
    html_head(file, headings, sizeof headings / sizeof *headings);
    (void)fputs("<tbody>\n", file);
}

void html_file(FILE *file, const char *name, const char *meaning)
{
    (void)fprintf(file, "<tr><th scope=\"row\"><a href=\"%s\">%s</a></th><td>%s</td></tr>\n", name, name,
                  meaning);
}

void html_files_end(FILE *file)
{
    (void)fputs("</tbody></table></div>\n", file);
}
