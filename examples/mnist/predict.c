/* mnist predict: says which digits are on pictures. */
#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "common/table.h"
#include "common/utf8.h"
#include "mnist/class_text.h"
#include "mnist/commands.h"
#include "mnist/contact_sheet.h"
#include "mnist/prediction.h"
#include "kernels/blas.h"

#include <stdlib.h>
#include <string.h>

typedef struct predict_run {
    const char *model, *stages, *explain;
    bool all, json, quiet;
    options command;
    predictions pictures;
    pmy_classifier *classifier;
    size_t classes;
    const char *const *names; /* [classes]; NULL: the classes have none */
} predict_run;

static int fail(const predict_run *p, const pmy_error *error)
{
    (void)options_wrong(&p->command, "%s", error->message);
    return program_status(error->code);
}

/* --- Showing answers ------------------------------------------------------------ */

/* A name to the left, a number to the right of `columns`. */
static void print_class(const predict_run *p, size_t class_index, size_t columns)
{
    class_text of = class_text_of(p->names, class_index);
    size_t width = utf8_width(of.text);
    int padding = width < columns ? (int)(columns - width) : 0;
    printf("  %*s", p->names ? 0 : padding, "");
    (void)utf8_print(stdout, of.text, columns);
    printf("%*s", p->names ? padding : 0, "");
}

/* A bar for each class, in eighths of a column. */
static void print_bars(const predict_run *p, const prediction *picture)
{
    enum { COLUMNS = 40, EIGHTHS = 8, SHORTEST = 2, LONGEST = 24 };
    static const char *const parts[EIGHTHS] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    size_t widest = SHORTEST;
    for (size_t i = 0; i < p->classes; i++) {
        size_t width = utf8_width(class_text_of(p->names, i).text);
        widest = width > widest ? width : widest;
    }
    widest = widest < LONGEST ? widest : LONGEST;
    for (size_t i = 0; i < p->classes; i++) {
        int eighths = (int)(picture->p[i] * COLUMNS * EIGHTHS + 0.5);
        print_class(p, i, widest);
        printf("  %6.2f %%  ", 100 * picture->p[i]);
        for (int full = 0; full < eighths / EIGHTHS; full++)
            fputs("█", stdout);
        printf("%s\n", parts[eighths % EIGHTHS]);
    }
}

static const char no_digit[] = "no digit found";

/* The file's name, and which of the digits on it. */
static void print_name(const prediction *picture)
{
    if (picture->place)
        printf("%s, digit %zu: ", picture->name, picture->place);
    else
        printf("%s: ", picture->name);
}

static void print_one(const predict_run *p, const prediction *picture)
{
    const char *warning;
    print_name(picture);
    if (!prediction_has_digit(picture)) {
        puts(no_digit);
        return;
    }
    printf("%s, with %.2f %%\n", class_text_of(p->names, picture->best).text,
           100 * picture->p[picture->best]);
    if (p->quiet)
        return;
    print_bars(p, picture);
    for (size_t i = 0; (warning = prediction_warning(picture, p->names, i)); i++)
        printf("  warning: %s\n", warning);
}

static void tabulate(table *answers, const predict_run *p, const prediction *picture)
{
    if (picture->place)
        table_cell(answers, "%s, digit %zu", picture->name, picture->place);
    else
        table_cell(answers, "%s", picture->name);
    if (!prediction_has_digit(picture)) {
        for (size_t i = 0; i < 4; i++)
            table_cell(answers, "%s", "");
        table_cell(answers, "%s", no_digit);
        return;
    }
    const char *warning = prediction_warning(picture, p->names, 0);
    table_cell(answers, "%s", class_text_of(p->names, picture->best).text);
    table_cell(answers, "%.2f %%", 100 * picture->p[picture->best]);
    table_cell(answers, "%s", class_text_of(p->names, picture->second).text);
    table_cell(answers, "%.2f %%", 100 * picture->p[picture->second]);
    table_cell(answers, "%s", warning ? warning : "");
}

static void print_table(const predict_run *p)
{
    const table_column columns[] = {
        {"picture", TABLE_LEFT}, {p->names ? "class" : "digit", p->names ? TABLE_LEFT : TABLE_RIGHT},
        {"sure", TABLE_RIGHT},   {"or", p->names ? TABLE_LEFT : TABLE_RIGHT},
        {"sure", TABLE_RIGHT},   {"warning", TABLE_LEFT}};
    table *answers = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < p->pictures.count; i++)
        if (p->pictures.list[i].read)
            tabulate(answers, p, &p->pictures.list[i]);
    (void)table_print(answers, stdout);
    table_free(answers);
}

/* What there is no answer for has no class and no p. */
static void print_json(const predict_run *p, const prediction *picture)
{
    const char *warning;
    json_line line = json_begin();
    json_text(&line, "file", picture->name);
    if (picture->place)
        json_whole(&line, "place", (long long)picture->place);
    if (prediction_has_digit(picture)) {
        json_whole(&line, "class", (long long)picture->best);
        if (p->names)
            json_text(&line, "name", p->names[picture->best]);
        json_reals(&line, "p", picture->p, p->classes, PMY_NUMBER_FLOAT);
    }
    cJSON *warnings = cJSON_AddArrayToObject(line.object, "warnings");
    if (!prediction_has_digit(picture))
        line.failed |= !cJSON_AddItemToArray(warnings, cJSON_CreateString(no_digit));
    for (size_t i = 0; prediction_has_digit(picture) && (warning = prediction_warning(picture, p->names, i));
         i++)
        line.failed |= !cJSON_AddItemToArray(warnings, cJSON_CreateString(warning));
    (void)json_end(&line, stdout);
}

static void show(const predict_run *p)
{
    for (size_t i = 0; i < p->pictures.count; i++) {
        if (p->json && p->pictures.list[i].read)
            print_json(p, &p->pictures.list[i]);
        else if (p->pictures.count == 1 && p->pictures.list[i].read)
            print_one(p, &p->pictures.list[i]);
    }
    if (!p->json && p->pictures.count > 1)
        print_table(p);
}

/* --- Running ------------------------------------------------------------------------ */

/* One picture that cannot be read does not keep the others from being looked at. */
static int read_all(predict_run *p, char **names, size_t count)
{
    int status = PROGRAM_FINE;
    for (size_t i = 0; i < count; i++) {
        pmy_error error;
        if (predictions_read(&p->pictures, names[i], p->all, &error) != PMY_OK)
            status = fail(p, &error);
    }
    return status;
}

static size_t count_read(const predict_run *p)
{
    size_t read = 0;
    for (size_t i = 0; i < p->pictures.count; i++)
        read += p->pictures.list[i].read;
    return read;
}

/* Pictures that could be read and show no digit: all others have been answered. */
static bool any_without_digit(const predict_run *p)
{
    bool any = false;
    for (size_t i = 0; i < p->pictures.count; i++)
        any |= p->pictures.list[i].read && !prediction_has_digit(&p->pictures.list[i]);
    return any;
}

static int predict(predict_run *p, char **names, size_t count)
{
    pmy_error error;
    p->pictures.keep_stages = p->stages != NULL;
    int status = read_all(p, names, count);
    const predictions *made = &p->pictures;
    if (predictions_make(made->list, made->count, p->model, p->explain, &p->classifier, &error) != PMY_OK)
        return fail(p, &error);
    p->classes = p->classifier->facts.classes;
    p->names = p->classifier->facts.names;
    if (count_read(p) == 0)
        return status;
    show(p);
    if (p->stages && contact_sheet_of_stages(made->list, made->count, p->names, p->stages, &error) != PMY_OK)
        status = fail(p, &error);
    if (p->explain &&
        contact_sheet_of_saliency(made->list, made->count, p->classifier, p->explain, &error) != PMY_OK)
        status = fail(p, &error);
    return status == PROGRAM_FINE && any_without_digit(p) ? PROGRAM_FAILED : status;
}

int predict_command(int argc, char **argv)
{
    predict_run p = {0};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &p.model, "the model: a file from mnist train --save"),
         .required = true},
        {OPTION_FLAG("all", &p.all, "read all digits of a picture, as a row from left to right")},
        {OPTION_TEXT("stages", "FILE", &p.stages,
                     "draw, as a PNG, how each picture became a digit like MNIST's"),
         .presentation = true},
        {OPTION_TEXT("explain", "FILE", &p.explain,
                     "draw, as a PNG, which pixels speak for the answer (blue) and which against it (red)"),
         .presentation = true},
        {OPTION_JSON(&p.json)},
        {OPTION_QUIET(&p.quiet)},
    };
    p.command =
        (options){.name = "mnist predict",
                  .summary = "Says which digit is on a picture: PNG, BMP or JPEG, drawn or "
                             "photographed, dark on light paper or "
                             "light on dark, on plain, ruled or squared paper. It should show one digit, "
                             "upright. - is standard input. Exit status 1: no digit was found on some.",
                  .rows = rows,
                  .row_count = sizeof rows / sizeof *rows,
                  .operands = "PICTURE...",
                  .fewest_operands = 1,
                  .most_operands = SIZE_MAX};
    size_t count;
    options_result read = options_parse(&p.command, argc, argv, &count);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_blas_single_threaded();
    int status = predict(&p, argv + 1, count);
    predictions_free(&p.pictures);
    pmy_classifier_free(p.classifier);
    return status;
}
