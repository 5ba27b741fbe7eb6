#include "common/options.h"

#include "common/paragraph.h"
#include "common/utf8.h"

#include <cjson/cJSON.h>
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

/* Whether the option is set, and to which value; that of a flag is NULL. */
static bool is_set(const option_row *row, pmy_number_text *number, const char **value)
{
    *value = option_value_text(row, number);
    return row->kind == OPTION_IS_FLAG ? *row->destination.flag : *value != NULL;
}

static void print_line(const options *command, FILE *file, bool wrapped, bool presentation)
{
    (void)fputs(command->name, file);
    size_t column = utf8_width(command->name);
    for (size_t i = 0; i < command->row_count; i++) {
        const option_row *row = &command->rows[i];
        pmy_number_text number;
        const char *value;
        if (row->presentation != presentation || !is_set(row, &number, &value))
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

void options_print_line(const options *command, FILE *file, bool wrapped)
{
    print_line(command, file, wrapped, false);
}

void options_print_presentation(const options *command, FILE *file)
{
    print_line(command, file, false, true);
}

/* ---- keeping --------------------------------------------------------------- */

static bool add_word(cJSON *words, const option_row *row, const char *value)
{
    char name[64];
    (void)snprintf(name, sizeof name, "--%s", row->name);
    return cJSON_AddItemToArray(words, cJSON_CreateString(name)) &&
           (!value || cJSON_AddItemToArray(words, cJSON_CreateString(value)));
}

char *options_keep(const options *command)
{
    cJSON *words = cJSON_CreateArray();
    bool added = words != NULL;
    for (size_t i = 0; added && i < command->row_count; i++) {
        const option_row *row = &command->rows[i];
        pmy_number_text number;
        const char *value;
        if (!row->presentation && is_set(row, &number, &value))
            added = add_word(words, row, value);
    }
    char *text = added ? cJSON_PrintUnformatted(words) : NULL;
    cJSON_Delete(words);
    return text;
}

options_result options_recall(const options *command, const char *kept, cJSON **words)
{
    char *argv[2 * OPTIONS_MOST_ROWS + 2] = {NULL};
    int argc = 1;
    *words = cJSON_ParseWithOpts(kept, NULL, true);
    for (cJSON *word = cJSON_IsArray(*words) ? (*words)->child : NULL; word; word = word->next) {
        if (!cJSON_IsString(word) || argc > 2 * OPTIONS_MOST_ROWS)
            return options_wrong(command, "the options that were kept are none");
        argv[argc++] = word->valuestring;
    }
    return options_parse(command, argc, argv, NULL);
}
