#include "common/options.h"

#include "common/utf8.h"
#include "base/suggestion.h"
#include "base/version.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#define LONGEST_MESSAGE 1024

/* Above every character, so that getopt's answers can be told apart. */
#define FIRST_ANSWER 256

/* What an option's value was read as, until all of the line is known to be right. */
typedef struct staged_value {
    bool given;
    long long whole; /* also a word's index */
    double real;
    const char *text;
} staged_value;

options_result options_wrong(const options *command, const char *format, ...)
{
    char message[LONGEST_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "%s: ", command->name);
    (void)utf8_print(stderr, message, LONGEST_MESSAGE);
    (void)fputc('\n', stderr);
    return OPTIONS_WRONG;
}

/* ---- values ------------------------------------------------------------- */

static size_t word_count(const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    return count;
}

static bool in_whole_range(const option_row *row, long long value)
{
    return value >= row->least && value <= row->most;
}

const char *option_value_text(const option_row *row, pmy_number_text *number)
{
    switch (row->kind) {
    case OPTION_IS_FLAG:
        break;
    case OPTION_IS_WHOLE:
        if (!in_whole_range(row, *row->destination.whole))
            break;
        (void)snprintf(number->text, sizeof number->text, "%lld", *row->destination.whole);
        return number->text;
    case OPTION_IS_REAL:
        if (!number_in_range(*row->destination.real, &row->range))
            break;
        *number = pmy_number_print(*row->destination.real, PMY_NUMBER_DOUBLE);
        return number->text;
    case OPTION_IS_WORD:
        if (*row->destination.word < 0)
            break;
        return row->words[*row->destination.word];
    case OPTION_IS_TEXT:
        return *row->destination.text;
    }
    return NULL;
}

static bool read_whole(const options *command, const option_row *row, const char *text, long long *value)
{
    if (number_whole(text, value) && in_whole_range(row, *value))
        return true;
    if (row->most == LLONG_MAX)
        options_wrong(command, "--%s %s: must be a whole number of at least %lld", row->name, text,
                      row->least);
    else
        options_wrong(command, "--%s %s: must be a whole number between %lld and %lld", row->name, text,
                      row->least, row->most);
    return false;
}

bool options_read_real(const options *command, const char *what, const char *text, const number_range *range,
                       double *value)
{
    if (pmy_number_read(text, strlen(text), value) && number_in_range(*value, range))
        return true;
    char wanted[NUMBER_RANGE_TEXT];
    options_wrong(command, "%s%s%s: must be %s", what ? what : "", what ? " " : "", text,
                  number_range_text(range, wanted));
    return false;
}

/* "sgd, adam or adamw", cut to fit. */
static void join_words(const char *const *words, char *text, size_t size)
{
    size_t count = word_count(words), length = 0;
    for (size_t i = 0; i < count && length < size; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        length += (size_t)snprintf(text + length, size - length, "%s%s", before, words[i]);
    }
}

static bool read_word(const options *command, const option_row *row, const char *text, long long *value)
{
    for (*value = 0; row->words[*value]; ++*value)
        if (strcmp(row->words[*value], text) == 0)
            return true;
    char wanted[LONGEST_MESSAGE / 2];
    join_words(row->words, wanted, sizeof wanted);
    pmy_suggestion meant = {0};
    for (size_t i = 0; row->words[i]; i++)
        pmy_suggest(&meant, text, strlen(text), row->words[i]);
    if (meant.word)
        options_wrong(command, "--%s %s: must be %s (did you mean %s?)", row->name, text, wanted, meant.word);
    else
        options_wrong(command, "--%s %s: must be %s", row->name, text, wanted);
    return false;
}

static bool read_value(const options *command, const option_row *row, const char *text, staged_value *staged)
{
    staged->given = true;
    staged->text = text;
    char what[64];
    switch (row->kind) {
    case OPTION_IS_WHOLE:
        return read_whole(command, row, text, &staged->whole);
    case OPTION_IS_REAL:
        (void)snprintf(what, sizeof what, "--%s", row->name);
        return options_read_real(command, what, text, &row->range, &staged->real);
    case OPTION_IS_WORD:
        return read_word(command, row, text, &staged->whole);
    case OPTION_IS_FLAG:
    case OPTION_IS_TEXT:
        break;
    }
    return true;
}

static void store_value(const option_row *row, const staged_value *staged)
{
    switch (row->kind) {
    case OPTION_IS_FLAG:
        *row->destination.flag = true;
        return;
    case OPTION_IS_WHOLE:
        *row->destination.whole = staged->whole;
        return;
    case OPTION_IS_REAL:
        *row->destination.real = staged->real;
        return;
    case OPTION_IS_WORD:
        *row->destination.word = (int)staged->whole;
        return;
    case OPTION_IS_TEXT:
        *row->destination.text = staged->text;
        return;
    }
}

/* ---- words of the command line ------------------------------------------ */

static bool is_operand(const char *word)
{
    return word[0] != '-' || word[1] == '\0' || number_is_negative(word);
}

/* Lists the names for getopt_long: the rows' in their order, then help and version. */
static void list_names(const options *command, struct option known[OPTIONS_MOST_ROWS + 3])
{
    assert(command->row_count <= OPTIONS_MOST_ROWS);
    size_t count = command->row_count;
    for (size_t i = 0; i < count; i++) {
        const option_row *row = &command->rows[i];
        int takes_value = row->kind == OPTION_IS_FLAG ? no_argument : required_argument;
        known[i] = (struct option){row->name, takes_value, NULL, FIRST_ANSWER + (int)i};
    }
    known[count] = (struct option){"help", optional_argument, NULL, FIRST_ANSWER + (int)count};
    known[count + 1] = (struct option){"version", no_argument, NULL, FIRST_ANSWER + (int)count + 1};
    known[count + 2] = (struct option){0};
}

static bool is_known(const char *word, const struct option *known)
{
    if (word[1] != '-')
        return false;
    size_t length = strcspn(word + 2, "=");
    for (; known->name; known++)
        if (strlen(known->name) == length && strncmp(word + 2, known->name, length) == 0)
            return true;
    return false;
}

static options_result unknown_option(const options *command, const char *word, const struct option *known)
{
    pmy_suggestion meant = {0};
    size_t dashes = word[1] == '-' ? 2 : 1, length = strcspn(word, "=");
    for (; known->name; known++)
        pmy_suggest(&meant, word + dashes, length - dashes, known->name);
    if (meant.word)
        return options_wrong(command, "%.*s: unknown option (did you mean --%s?)", (int)length, word,
                             meant.word);
    return options_wrong(command, "%.*s: unknown option", (int)length, word);
}

/* Reads the option at argv[*at] and moves *at after it and its value. */
static options_result read_option(const options *command, const struct option *known, int argc, char **argv,
                                  int *at, staged_value *staged)
{
    const char *word = argv[*at];
    /* getopt_long would take any unambiguous beginning of a name, and letters as options of their own. */
    if (!is_known(word, known))
        return unknown_option(command, word, known);

    /* It is shown the words from here on, after one that it takes for the program's name; optind = 0
     * makes it begin anew each time, so that nothing is left over from a parse before. */
    int before = *at - 1;
    optind = 0;
    opterr = 0;
    int answer = getopt_long(argc - before, argv + before, "+:", known, NULL);
    *at = before + optind;
    if (answer == ':')
        return options_wrong(command, "%s: %s is missing", word,
                             command->rows[optopt - FIRST_ANSWER].argument);
    if (answer == '?')
        return options_wrong(command, "%s: takes no value", word);

    size_t index = (size_t)(answer - FIRST_ANSWER);
    if (index == command->row_count) {
        if (optarg && strcmp(optarg, "table") != 0)
            return options_wrong(command, "%s: takes no value", word);
        (optarg ? options_print_table : options_print_help)(command, stdout);
        return OPTIONS_DONE;
    }
    if (index == command->row_count + 1) {
        (void)printf("%.*s (pmy) %s\n", (int)strcspn(command->name, " "), command->name, pmy_version());
        return OPTIONS_DONE;
    }
    return read_value(command, &command->rows[index], optarg, &staged[index]) ? OPTIONS_RUN : OPTIONS_WRONG;
}

options_result options_parse(const options *command, int argc, char **argv, size_t *operand_count)
{
    struct option known[OPTIONS_MOST_ROWS + 3];
    list_names(command, known);
    staged_value staged[OPTIONS_MOST_ROWS] = {{0}};
    size_t operands = 0;
    bool options_end = false;
    for (int at = 1; at < argc;) {
        if (!options_end && strcmp(argv[at], "--") == 0) {
            options_end = true;
            at++;
        } else if (options_end || is_operand(argv[at])) {
            if (operands == command->most_operands)
                return options_wrong(command, "unexpected '%s'", argv[at]);
            argv[++operands] = argv[at++];
        } else {
            options_result result = read_option(command, known, argc, argv, &at, staged);
            if (result != OPTIONS_RUN)
                return result;
        }
    }
    if (operands < command->fewest_operands)
        return options_wrong(command, "%s is missing", command->operands);
    for (size_t i = 0; i < command->row_count; i++)
        if (command->rows[i].required && !staged[i].given)
            return options_wrong(command, "--%s %s is missing", command->rows[i].name,
                                 command->rows[i].argument);

    for (size_t i = 0; i < command->row_count; i++)
        if (staged[i].given)
            store_value(&command->rows[i], &staged[i]);
    if (operand_count)
        *operand_count = operands;
    return OPTIONS_RUN;
}
