#include "common/options.h"

#include "common/paragraph.h"
#include "common/utf8.h"

#include <string.h>

#define INDENT 4

/* Characters that mean nothing to a shell. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";

static bool is_plain(const char *text)
{
    return *text && text[strspn(text, plain)] == '\0';
}

/* Writes the text so that a shell takes it for one word. */
static void print_quoted(FILE *file, const char *text)
{
    if (is_plain(text)) {
        (void)fputs(text, file);
        return;
    }
    (void)fputc('\'', file);
    for (; *text; text++) {
        if (*text == '\'')
            (void)fputs("'\\''", file);
        else
            (void)fputc(*text, file);
    }
    (void)fputc('\'', file);
}

/* Columns of the quoted text. */
static size_t quoted_width(const char *text)
{
    size_t width = utf8_width(text) + (is_plain(text) ? 0 : 2);
    for (; *text; text++)
        width += *text == '\'' ? 3 : 0;
    return width;
}

void options_print_line(const options *command, FILE *file, bool wrapped)
{
    (void)fputs(command->name, file);
    size_t column = utf8_width(command->name);
    for (size_t i = 0; i < command->row_count; i++) {
        const option_row *row = &command->rows[i];
        char number[NUMBER_TEXT];
        bool is_flag = row->kind == OPTION_IS_FLAG;
        const char *value = option_value_text(row, number);
        if (row->presentation || (is_flag ? !*row->destination.flag : !value))
            continue;

        size_t width = strlen(" --") + utf8_width(row->name) + (value ? 1 + quoted_width(value) : 0);
        /* Two columns are for the backslash that may have to follow. */
        if (wrapped && column + width + 2 > PARAGRAPH_WIDTH) {
            (void)fprintf(file, " \\\n%*s", INDENT - 1, "");
            column = INDENT - 1;
        }
        (void)fprintf(file, " --%s", row->name);
        if (value) {
            (void)fputc(' ', file);
            print_quoted(file, value);
        }
        column += width;
    }
}
