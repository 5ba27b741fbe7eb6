/* text attention: where the heads of a model look in a text. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/table.h"
#include "kernels/blas.h"
#include "text/attention_picture.h"
#include "text/commands.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SHOWN = 16 }; /* tokens of a matrix on a terminal */

typedef struct attention {
    const char *model, *text, *svg;
    long long layer, head; /* −1: not given */
    bool json;
    options command;
    pmy_language *language;
    passage looked;
    const char *names[PASSAGE_MOST]; /* of its tokens */
    heads heads;
} attention;

/* --- Reading ------------------------------------------------------------------ */

static pmy_status draw(const attention *a, pmy_error *error)
{
    svg *picture = a->layer < 0
                       ? attention_picture_all(&a->heads, &a->looked)
                       : attention_picture_one(&a->heads, &a->looked, (size_t)a->layer, (size_t)a->head);
    pmy_status status = svg_write(picture, a->svg, error);
    svg_free(picture);
    return status;
}

/* The model, for as many tokens as the text has. */
static pmy_status load(attention *a, pmy_error *error)
{
    pmy_model *model;
    pmy_status status = pmy_language_open(a->model, &model, error);
    if (status != PMY_OK)
        return status;
    const pmy_model_facts *facts = pmy_model_facts_of(model);
    status = passage_read(&a->looked, facts->vocabulary, facts->net.input.dim[1], "--text", a->text, error);
    const pmy_language_options short_one = {.batch = 1, .block = a->looked.tokens};
    if (status == PMY_OK)
        status = pmy_language_new(facts, &short_one, NULL, &a->language, error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, a->language->graph, error);
    pmy_model_free(model);
    return status;
}

static pmy_status look(attention *a, pmy_error *error)
{
    pmy_status status = load(a, error);
    for (size_t i = 0; status == PMY_OK && i < a->looked.tokens; i++)
        a->names[i] = a->looked.name[i].text;
    if (status == PMY_OK)
        status = heads_make(a->language, &a->looked, &a->heads, error);
    if (status == PMY_OK && a->layer >= 0 && (size_t)a->layer >= a->heads.layers)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--layer %lld: the model has layers 0 to %zu", a->layer,
                          a->heads.layers - 1);
    if (status == PMY_OK && a->head >= 0 && (size_t)a->head >= a->heads.count[a->layer])
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--head %lld: the layer has heads 0 to %zu", a->head,
                          a->heads.count[a->layer] - 1);
    if (status == PMY_OK && a->svg)
        status = draw(a, error);
    return status;
}

/* --- Showing -------------------------------------------------------------------- */

static bool print_habits(const attention *a)
{
    static const table_column columns[] = {{"layer", TABLE_RIGHT},  {"head", TABLE_RIGHT},
                                           {"itself", TABLE_RIGHT}, {"before", TABLE_RIGHT},
                                           {"first", TABLE_RIGHT},  {"entropy", TABLE_RIGHT}};
    table *habits = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t layer = 0; layer < a->heads.layers; layer++)
        for (size_t head = 0; head < a->heads.count[layer]; head++) {
            heads_habit habit = heads_habit_of(&a->heads, layer, head);
            table_cell(habits, "%zu", layer);
            table_cell(habits, "%zu", head);
            table_cell(habits, "%.1f %%", 100 * habit.itself);
            table_cell(habits, "%.1f %%", 100 * habit.before);
            table_cell(habits, "%.1f %%", 100 * habit.first);
            table_cell(habits, "%.2f", habit.entropy);
        }
    printf(
        "Shares that a token gives to itself, to the one before it and to the first; entropy in nats.\n\n");
    bool printed = table_print(habits, stdout);
    table_free(habits);
    return printed;
}

static bool print_head(const attention *a)
{
    table_column columns[MOST_SHOWN + 1] = {{"from \\ to", TABLE_LEFT}};
    for (size_t i = 0; i < a->looked.tokens; i++)
        columns[i + 1] = (table_column){a->names[i], TABLE_RIGHT};
    const double *shares = heads_of(&a->heads, (size_t)a->layer, (size_t)a->head); /* [tokens, tokens] */
    table *matrix = table_new(columns, a->looked.tokens + 1);
    for (size_t query = 0; query < a->looked.tokens; query++) {
        table_cell(matrix, "%s", a->names[query]);
        for (size_t key = 0; key < a->looked.tokens; key++)
            if (key <= query)
                table_cell(matrix, "%.0f", 100 * shares[query * a->looked.tokens + key]);
            else
                table_cell(matrix, "%s", "");
    }
    printf("Layer %lld, head %lld: per cent of a token's attention (row) to each (column).\n\n", a->layer,
           a->head);
    bool printed = table_print(matrix, stdout);
    table_free(matrix);
    return printed;
}

static bool write_json(const attention *a)
{
    bool written = true;
    for (size_t layer = 0; written && layer < a->heads.layers; layer++)
        for (size_t head = 0; written && head < a->heads.count[layer]; head++) {
            if (a->layer >= 0 && (layer != (size_t)a->layer || head != (size_t)a->head))
                continue;
            json_line line = json_begin();
            json_whole(&line, "layer", (long long)layer);
            json_whole(&line, "head", (long long)head);
            json_texts(&line, "tokens", a->names, a->looked.tokens);
            json_matrix(&line, "shares", heads_of(&a->heads, layer, head), a->looked.tokens, a->looked.tokens,
                        PMY_NUMBER_FLOAT);
            written = json_end(&line, stdout);
        }
    return written;
}

static int show(const attention *a)
{
    bool shown = true;
    if (a->json)
        shown = write_json(a);
    else if (a->layer < 0)
        shown = print_habits(a);
    else if (a->looked.tokens <= MOST_SHOWN)
        shown = print_head(a);
    else
        printf("%zu tokens are too many for a table; --svg draws them, --json writes them.\n",
               a->looked.tokens);
    if (!a->json && a->svg)
        printf("picture %s\n", a->svg);
    return shown ? PROGRAM_FINE : PROGRAM_WRONG;
}

/* --- The command ---------------------------------------------------------------- */

int attention_command(int argc, char **argv)
{
    attention a = {.layer = -1, .head = -1};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &a.model, "the trained model"), .required = true},
        {OPTION_TEXT("text", "TEXT", &a.text, "what it looks at, of 2 to 64 tokens"), .required = true},
        {OPTION_WHOLE("layer", "L", &a.layer, 0, 10000, "one layer, from 0, with --head"),
         .shown_default = "all"},
        {OPTION_WHOLE("head", "H", &a.head, 0, 10000, "one head, from 0, with --layer"),
         .shown_default = "all"},
        {OPTION_TEXT("svg", "FILE", &a.svg, "draw that head, or all of them, into FILE")},
        {OPTION_JSON(&a.json)},
    };
    a.command =
        (options){.name = "text attention",
                  .summary = "Shows where the heads of a model look in a text: for one head the share "
                             "that each token gives to each, for all what they mostly look at.",
                  .rows = rows,
                  .row_count = sizeof rows / sizeof *rows};
    options_result result = options_parse(&a.command, argc, argv, NULL);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_error error;
    int status = PROGRAM_WRONG;
    pmy_blas_single_threaded();
    if ((a.layer < 0) != (a.head < 0))
        (void)options_wrong(&a.command, "--layer and --head go together");
    else if (look(&a, &error) == PMY_OK)
        status = show(&a);
    else {
        (void)options_wrong(&a.command, "%s", error.message);
        status = program_status(error.code);
    }
    heads_free(&a.heads);
    pmy_language_free(a.language);
    return status;
}
