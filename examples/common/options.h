/* The command line of one command, described by a table: what there is, of
 * what type, in what range, where it goes, what it means. Reading, --help and
 * the line that reproduces a run all come from the table.
 *
 *   long long epochs = 12;
 *   const option_row rows[] = {
 *       {OPTION_WHOLE("epochs", "N", &epochs, 1, 1000, "how often each picture is seen")},
 *       {OPTION_REAL("dropout", "X", &dropout, 0, 1, "share of units left out"), .range.below_maximum =
 * true},
 *   };
 *   const options command = {.name = "mnist train", .summary = "…", .rows = rows, .row_count = 2};
 *   options_result result = options_parse(&command, argc, argv, NULL);
 *
 * A destination holds the default when parsing begins and is written only if its
 * option is given. One that holds what the option would refuse (NULL for a text, −1 for
 * a word or a whole number from 0 on, NaN for a real) counts as not set. */
#ifndef COMMON_OPTIONS_H
#define COMMON_OPTIONS_H

#include "common/number.h"
#include "base/number.h"
#include "base/pool.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum option_kind {
    OPTION_IS_FLAG,
    OPTION_IS_WHOLE,
    OPTION_IS_REAL,
    OPTION_IS_WORD,
    OPTION_IS_TEXT
} option_kind;

typedef struct option_row {
    const char *name;     /* without the -- */
    const char *argument; /* what the help calls its value: "N"; NULL for a flag */
    option_kind kind;
    union {
        bool *flag;
        long long *whole;
        double *real;
        int *word; /* index into `words` */
        const char **text;
    } destination;
    long long least, most;    /* of a whole number */
    number_range range;       /* of a real number */
    const char *const *words; /* ends with NULL */
    const char *help;
    const char *shown_default; /* in the help, instead of the destination's value; "": none */
    bool required;             /* not set by its command: one must give it */
    bool presentation;         /* how results are shown or kept: no part of a recipe */
} option_row;

/* What goes between the braces of a row; more members may follow it. */
#define OPTION_COMMON(name_, argument_, kind_, help_) \
    .name = (name_), .argument = (argument_), .kind = (kind_), .help = (help_)
#define OPTION_FLAG(name_, flag_, help_) \
    OPTION_COMMON(name_, NULL, OPTION_IS_FLAG, help_), .destination.flag = (flag_)
#define OPTION_WHOLE(name_, argument_, whole_, least_, most_, help_)                        \
    OPTION_COMMON(name_, argument_, OPTION_IS_WHOLE, help_), .destination.whole = (whole_), \
                                                             .least = (least_), .most = (most_)
#define OPTION_REAL(name_, argument_, real_, minimum_, maximum_, help_) \
    OPTION_COMMON(name_, argument_, OPTION_IS_REAL, help_),             \
        .destination.real = (real_), .range.minimum = (minimum_), .range.maximum = (maximum_)
#define OPTION_WORD(name_, argument_, word_, words_, help_) \
    OPTION_COMMON(name_, argument_, OPTION_IS_WORD, help_), .destination.word = (word_), .words = (words_)
#define OPTION_TEXT(name_, argument_, text_, help_) \
    OPTION_COMMON(name_, argument_, OPTION_IS_TEXT, help_), .destination.text = (text_)

/* The rows that several commands have. */
#define OPTION_SEED(whole_) OPTION_WHOLE("seed", "N", whole_, 0, LLONG_MAX, "seed of all random numbers")
#define OPTION_THREADS(whole_)                                                                              \
    OPTION_WHOLE("threads", "N", whole_, 1, PMY_MAX_THREADS, "threads to work with; results are the same"), \
        .shown_default = "one per processor"
#define OPTION_JSON(flag_) OPTION_FLAG("json", flag_, "print one JSON object per line"), .presentation = true
#define OPTION_QUIET(flag_) OPTION_FLAG("quiet", flag_, "print results only"), .presentation = true

/* A table with more rows than this would be no help to anybody. */
#define OPTIONS_MOST_ROWS 64

/* --help and --version are there without a row; --help=table prints the same for tools (options_print_table).
 */
typedef struct options {
    const char *name;    /* as one types it: "mnist train" */
    const char *summary; /* what it does; the help breaks the lines */
    const option_row *rows;
    size_t row_count;
    const char *operands; /* as the usage shows them: "Z1 Z2 …"; NULL: there are none */
    size_t fewest_operands, most_operands;
    const char *notes; /* ends the help, printed as it is; may be NULL */
} options;

typedef enum options_result {
    OPTIONS_RUN,  /* all is well */
    OPTIONS_DONE, /* --help, --help=table or --version was asked for and is printed */
    OPTIONS_WRONG /* stderr has a line that says what is wrong */
} options_result;

/* Reads argv[1] … argv[argc − 1]. Options must be written out; `--name value` and
 * `--name=value` are the same, the last of several counts, and -- ends them. A word
 * that begins as a negative number does is an operand. The operands are moved to argv[1] …
 * argv[*operand_count]; operand_count may be NULL where there are none. No
 * destination is written unless the result is OPTIONS_RUN. */
options_result options_parse(const options *command, int argc, char **argv, size_t *operand_count);

/* Reads a real number out of an operand (what: NULL) or a part of an option's
 * value (what: "--soft"). False: stderr says what is wrong. */
bool options_read_real(const options *command, const char *what, const char *text, const number_range *range,
                       double *value);

/* Writes "mnist train: …" and a newline to stderr; control characters are
 * made visible. Returns OPTIONS_WRONG. */
#if defined __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
options_result
options_wrong(const options *command, const char *format, ...);

/* What --help prints. */
void options_print_help(const options *command, FILE *file);

/* The same for tools, which make manuals and shells' completions of it: a line each of fields after tabs,
 *
 *   command NAME OPERANDS SUMMARY
 *   option NAME ARGUMENT WORDS DEFAULT HELP      an option's words stand between blanks
 *   note LINE                                    of what ends the help */
void options_print_table(const options *command, FILE *file);

/* Writes the command with every option that is set and no presentation, as a
 * shell reads it, in one line or, if wrapped, in lines of 80 columns with
 * a backslash at the end; no newline after the last. Operands are not in it. */
void options_print_line(const options *command, FILE *file, bool wrapped);

/* The same in one line, with the options that are set and presentation alone. */
void options_print_presentation(const options *command, FILE *file);

/* The options of the recipe as a text for options_recall, which the caller frees; NULL: no memory. */
char *options_keep(const options *command);

/* Reads them again as if they had been typed. Texts among the destinations then point into *words, which is
 * for cJSON_Delete once they are not needed. On OPTIONS_WRONG, stderr has said why. */
options_result options_recall(const options *command, const char *kept, cJSON **words);

/* The destination's value as one would type it; NULL if it is not set. */
const char *option_value_text(const option_row *row, pmy_number_text *number);

#endif
