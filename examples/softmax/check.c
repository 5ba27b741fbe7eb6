/* softmax check: which of the worked examples in a file are wrong, and by how much. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/table.h"
#include "softmax/commands.h"
#include "softmax/figure.h"
#include "softmax/shares.h"
#include "softmax/worked.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER = 64 };

/* A claim is right if the truth rounds to it, either way at a tie; what p itself may be off does not count.
 */
static bool claim_is_right(const worked_example *example, size_t i, double p)
{
    double half = 0.5 * pow(10, -example->decimals[i]);
    return fabs(example->claimed[i] - p) <= half * (1 + 1e-9) + p * SHARES_ERROR;
}

typedef struct judgement {
    double p[WORKED_MOST_CLASSES];
    size_t wrong; /* claims */
} judgement;

static judgement judge(const worked_example *example)
{
    judgement found = {.wrong = 0};
    /* The logits are fit for it, or the file would not have been read. */
    (void)shares_of(example->classes, example->z, example->temperature, found.p, NULL, NULL);
    for (size_t i = 0; i < example->classes; i++)
        found.wrong += !claim_is_right(example, i, found.p[i]);
    return found;
}

static bool print_wrong(const worked_example *example, const judgement *found)
{
    static const table_column columns[] = {
        {"class", TABLE_RIGHT},  {"z", TABLE_RIGHT},       {"printed", TABLE_RIGHT}, {"right", TABLE_RIGHT},
        {"off by", TABLE_RIGHT}, {"exactly", TABLE_RIGHT}, {"", TABLE_LEFT}};
    table *lines = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < example->classes; i++) {
        char text[FIGURE_TEXT];
        double p = found->p[i];
        table_cell(lines, "%zu", i);
        table_cell(lines, "%s", figure_text(example->z[i], 0, text));
        table_cell(lines, "%.*f", example->decimals[i], example->claimed[i]);
        table_cell(lines, "%.*f", example->decimals[i], p);
        table_cell(lines, "%+.3g", example->claimed[i] - p);
        table_cell(lines, "%s", figure_text(p, p * SHARES_ERROR, text));
        table_cell(lines, "%s", claim_is_right(example, i, p) ? "" : "wrong");
    }
    bool printed = table_print(lines, stdout);
    table_free(lines);
    return printed;
}

static bool print_example(const char *name, const worked_example *example, const judgement *found)
{
    char text[FIGURE_TEXT];
    (void)printf("%s:%zu: %zu logits, T = %s: %s\n", name, example->line, example->classes,
                 figure_text(example->temperature, 0, text), found->wrong ? "WRONG" : "right");
    return !found->wrong || print_wrong(example, found);
}

static bool print_json(const worked_example *example, const judgement *found)
{
    double off[WORKED_MOST_CLASSES];
    for (size_t i = 0; i < example->classes; i++)
        off[i] = example->claimed[i] - found->p[i];
    json_line line = json_begin();
    json_whole(&line, "line", (long long)example->line);
    json_reals(&line, "z", example->z, example->classes, PMY_NUMBER_DOUBLE);
    json_real(&line, "temperature", example->temperature, PMY_NUMBER_DOUBLE);
    json_reals(&line, "claimed", example->claimed, example->classes, PMY_NUMBER_DOUBLE);
    json_reals(&line, "p", found->p, example->classes, PMY_NUMBER_DOUBLE);
    json_reals(&line, "off_by", off, example->classes, PMY_NUMBER_DOUBLE);
    json_flag(&line, "right", found->wrong == 0);
    return json_end(&line, stdout);
}

static int check_all(const options *command, const char *name, const worked_examples *examples, bool json)
{
    size_t wrong = 0;
    for (size_t e = 0; e < examples->count; e++) {
        judgement found = judge(&examples->example[e]);
        bool printed = json ? print_json(&examples->example[e], &found)
                            : print_example(name, &examples->example[e], &found);
        if (!printed) {
            options_wrong(command, "could not print the result");
            return PROGRAM_WRONG;
        }
        wrong += found.wrong > 0;
    }
    if (!json)
        (void)printf("%zu examples: %zu right, %zu wrong\n", examples->count, examples->count - wrong, wrong);
    return wrong ? PROGRAM_FAILED : PROGRAM_FINE;
}

int check_run(int argc, char **argv)
{
    bool json = false;
    const option_row rows[] = {{OPTION_JSON(&json)}};
    const options command = {
        .name = "softmax check",
        .summary =
            "Checks worked examples of softmax, says which are wrong and by how much, and ends with 1 if "
            "any is. A claimed p is right if the true one rounds to the digits printed.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "FILE",
        .fewest_operands = 1,
        .most_operands = 1,
        .notes = "One example a line, numbers between blanks or commas; # begins a comment:\n"
                 "  2.0 1.0 0.5 | T = 0.5 | 0.84 0.11 0.04\n",
    };
    size_t operands = 0;
    options_result result = options_parse(&command, argc, argv, &operands);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    FILE *file = fopen(argv[1], "r");
    if (!file) {
        options_wrong(&command, "cannot open %s: %s", argv[1], strerror(errno));
        return PROGRAM_WRONG;
    }
    worked_examples examples;
    pmy_error error = {0};
    int status = PROGRAM_WRONG;
    if (worked_read(file, argv[1], &examples, &error) == PMY_OK) {
        status = check_all(&command, argv[1], &examples, json);
        worked_free(&examples);
    } else {
        options_wrong(&command, "%s", error.message);
    }
    (void)fclose(file);
    return status;
}
