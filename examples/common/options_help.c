#include "common/options.h"

#include "common/paragraph.h"
#include "common/utf8.h"

#include <string.h>

/* An option's left side that is longer than this has a line for itself. */
#define LONGEST_LEFT 24
#define LONGEST_HELP 1024

static const option_row always[] = {
    {.name = "help", .kind = OPTION_IS_FLAG, .help = "print this and stop"},
    {.name = "version", .kind = OPTION_IS_FLAG, .help = "print the version and stop"},
};

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

/* "": none, or none to be shown. */
static const char *default_text(const option_row *row, pmy_number_text *number)
{
    const char *text = row->shown_default ? row->shown_default : option_value_text(row, number);
    return text ? text : "";
}

static void print_row(const option_row *row, size_t column, FILE *file)
{
    char text[LONGEST_HELP];
    pmy_number_text number;
    (void)snprintf(text, sizeof text, "%s", row->help);
    for (size_t i = 0; row->kind == OPTION_IS_WORD && row->words[i]; i++)
        append(text, i == 0 ? ": " : row->words[i + 1] ? ", " : " or ", row->words[i], "");
    const char *shown = default_text(row, &number);
    if (*shown)
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
    print_row(&always[0], column, file);
    print_row(&always[1], column, file);
    if (command->notes)
        (void)fprintf(file, "\n%s\n", command->notes);
}

static void print_table_row(const option_row *row, FILE *file)
{
    pmy_number_text number;
    (void)fprintf(file, "option\t%s\t%s\t", row->name, row->argument ? row->argument : "");
    for (size_t i = 0; row->kind == OPTION_IS_WORD && row->words[i]; i++)
        (void)fprintf(file, "%s%s", i ? " " : "", row->words[i]);
    (void)fprintf(file, "\t%s\t%s\n", default_text(row, &number), row->help);
}

void options_print_table(const options *command, FILE *file)
{
    (void)fprintf(file, "command\t%s\t%s\t%s\n", command->name, command->operands ? command->operands : "",
                  command->summary);
    for (size_t i = 0; i < command->row_count; i++)
        print_table_row(&command->rows[i], file);
    print_table_row(&always[0], file);
    print_table_row(&always[1], file);
    for (const char *line = command->notes; line && *line;) {
        size_t length = strcspn(line, "\n");
        (void)fprintf(file, "note\t%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}
