#include "common/options.h"

#include "common/paragraph.h"
#include "common/utf8.h"

#include <string.h>

/* An option's left side that is longer than this has a line for itself. */
#define LONGEST_LEFT 24
#define LONGEST_HELP 1024

static size_t left_width(const option_row *row)
{
    return strlen("  --") + utf8_width(row->name) + (row->argument ? 1 + utf8_width(row->argument) : 0);
}

/* Where the help texts begin. */
static size_t help_column(const options *command)
{
    size_t widest = strlen("  --version");
    for (size_t i = 0; i < command->row_count; i++) {
        size_t width = left_width(&command->rows[i]);
        if (width > widest && width <= LONGEST_LEFT)
            widest = width;
    }
    return widest + 2;
}

/* Appends to the text what still fits. */
static void append(char text[LONGEST_HELP], const char *before, const char *more, const char *after)
{
    size_t length = strlen(text);
    (void)snprintf(text + length, LONGEST_HELP - length, "%s%s%s", before, more, after);
}

static void print_row(const option_row *row, size_t column, FILE *file)
{
    char text[LONGEST_HELP];
    pmy_number_text number;
    (void)snprintf(text, sizeof text, "%s", row->help);
    for (size_t i = 0; row->kind == OPTION_IS_WORD && row->words[i]; i++)
        append(text, i == 0 ? ": " : row->words[i + 1] ? ", " : " or ", row->words[i], "");
    const char *shown = row->shown_default ? row->shown_default : option_value_text(row, &number);
    if (shown && *shown)
        append(text, " [default: ", shown, "]");

    (void)fprintf(file, "  --%s%s%s", row->name, row->argument ? " " : "",
                  row->argument ? row->argument : "");
    size_t cursor = left_width(row);
    if (cursor + 2 > column) {
        (void)fputc('\n', file);
        cursor = 0;
    }
    paragraph_print(file, text, cursor, column);
}

void options_print_help(const options *command, FILE *file)
{
    (void)fprintf(file, "usage: %s [options]%s%s\n\n", command->name, command->operands ? " " : "",
                  command->operands ? command->operands : "");
    paragraph_print(file, command->summary, 0, 0);
    (void)fputs("\noptions:\n", file);
    size_t column = help_column(command);
    for (size_t i = 0; i < command->row_count; i++)
        print_row(&command->rows[i], column, file);
    static const option_row always[] = {
        {.name = "help", .kind = OPTION_IS_FLAG, .help = "print this and stop"},
        {.name = "version", .kind = OPTION_IS_FLAG, .help = "print the version and stop"},
    };
    print_row(&always[0], column, file);
    print_row(&always[1], column, file);
    if (command->notes)
        (void)fprintf(file, "\n%s\n", command->notes);
}
