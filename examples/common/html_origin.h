/* Where what a page shows comes from: the command, the net, the files beside it. */
#ifndef COMMON_HTML_ORIGIN_H
#define COMMON_HTML_ORIGIN_H

#include "common/options.h"
#include "net/net.h"

#include <stdio.h>

/* The line that runs the command again, which the caller frees; NULL: no memory. */
char *html_command_line(const options *command, pmy_error *error);

/* A card with it; the line is the same afterwards. */
void html_command(FILE *file, char *line);

/* A card with the layers of a net as a table. */
void html_layers(FILE *file, const pmy_net *net);

/* A card with a table of files: begun, a row for each, ended. */
void html_files_begin(FILE *file);
void html_file(FILE *file, const char *name, const char *meaning);
void html_files_end(FILE *file);

#endif
