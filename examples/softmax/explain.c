/* softmax explain: one row of logits, step by step, both ways back. */
#include "gradcheck/explain.h"
#include "pmy64/gradcheck/explain.h"

#include "common/json.h"
#include "common/options.h"
#include "common/program.h"
#include "softmax/commands.h"
#include "softmax/explanation_picture.h"
#include "softmax/explain_steps.h"
#include "softmax/logits.h"

#include <stdint.h>
#include <stdio.h>

/* --- The command ---------------------------------------------------------- */

static bool print_json(const pmy_explanation *row)
{
    size_t n = row->classes;
    pmy_number_precision precision = row->precision;
    json_line line = json_begin();
    json_reals(&line, "z", row->z, n, precision);
    json_real(&line, "temperature", row->temperature, PMY_NUMBER_DOUBLE);
    if (row->soft)
        json_reals(&line, "y", row->y, n, precision);
    else
        json_whole(&line, "target", (long long)row->target);
    json_reals(&line, "p", row->p, n, precision);
    json_reals(&line, "log_p", row->log_p, n, precision);
    json_real(&line, "logsumexp", row->log_sum_exp, precision);
    json_real(&line, "loss", row->loss, precision);
    json_reals(&line, "dloss_dp", row->dloss_dp, n, precision);
    json_matrix(&line, "jacobian", row->jacobian, n, n, precision);
    json_reals(&line, "chain", row->chain, n, precision);
    json_reals(&line, "fused", row->fused, n, precision);
    json_reals(&line, "ulp_difference", row->steps, n, PMY_NUMBER_DOUBLE);
    return json_end(&line, stdout);
}

typedef struct settings {
    long long target;
    const char *soft, *svg;
    double temperature;
    int precision;
    bool json;
} settings;

enum { DOUBLE, FLOAT };

static bool read_row(const options *command, const settings *set, char *const operands[],
                     pmy_explanation *row)
{
    row->temperature = set->temperature;
    if (!logits_read(command, operands, row->classes, row->z))
        return false;
    if (set->soft) {
        row->soft = true;
        if (set->target >= 0) {
            options_wrong(command, "--target and --soft cannot both say what the target is");
            return false;
        }
        if (!logits_read_targets(command, "--soft", set->soft, row->classes, row->y))
            return false;
    } else {
        row->target = set->target >= 0 ? (size_t)set->target : 0;
        if (row->target >= row->classes) {
            options_wrong(command, "--target %zu: the classes are 0 to %zu", row->target, row->classes - 1);
            return false;
        }
    }
    return true;
}

static int explain(const options *command, const settings *set, const pmy_explanation *row)
{
    pmy_error error = {0};
    bool printed = true;
    pmy_status status = PMY_OK;
    if (set->svg)
        status = explanation_picture(row, set->svg, &error);
    if (status == PMY_OK && set->json)
        printed = print_json(row);
    else if (status == PMY_OK)
        status = explain_steps(row, &printed, &error);
    if (status != PMY_OK)
        options_wrong(command, "%s", error.message);
    else if (!printed)
        options_wrong(command, "could not print the result");
    return status == PMY_OK && printed ? PROGRAM_FINE : PROGRAM_WRONG;
}

int explain_run(int argc, char **argv)
{
    static const char *const precisions[] = {"double", "float", NULL};
    settings set = {.target = -1, .temperature = 1, .precision = DOUBLE};
    const option_row rows[] = {
        {OPTION_WHOLE("target", "K", &set.target, 0, PMY_EXPLANATION_CLASSES - 1, "the right class"),
         .shown_default = "0"},
        {OPTION_TEXT("soft", "Y,Y,...", &set.soft, "a share y for each class, in place of one right class")},
        {OPTION_REAL("temperature", "T", &set.temperature, PMY_EXPLANATION_LEAST_TEMPERATURE,
                     PMY_EXPLANATION_MOST_TEMPERATURE, "divides the logits")},
        {OPTION_WORD("precision", "WORD", &set.precision, precisions, "what is computed with")},
        {OPTION_JSON(&set.json)},
        {OPTION_TEXT("svg", "FILE", &set.svg, "draw the Jacobian, p, y and p - y"), .presentation = true},
    };
    const options command = {
        .name = "softmax explain",
        .summary =
            "Takes logits through softmax and cross-entropy, and back by two ways: through the Jacobian, "
            "and fused, as (p - y)/T.",
        .rows = rows,
        .row_count = sizeof rows / sizeof *rows,
        .operands = "Z0 Z1 ...",
        .fewest_operands = 1,
        .most_operands = SIZE_MAX,
        .notes = "A logit of -inf masks its class. Numbers below 0 stand as they are: 0 -200 3.\n",
    };
    size_t classes = 0;
    options_result result = options_parse(&command, argc, argv, &classes);
    if (result != OPTIONS_RUN)
        return result == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    if (classes > PMY_EXPLANATION_CLASSES) {
        options_wrong(&command, "%zu logits: there can be at most %d", classes, PMY_EXPLANATION_CLASSES);
        return PROGRAM_WRONG;
    }
    pmy_explanation row;
    pmy_error error = {0};
    if (pmy_explanation_new(classes, &row, &error) != PMY_OK) {
        options_wrong(&command, "%s", error.message);
        return PROGRAM_WRONG;
    }
    int status = PROGRAM_WRONG;
    if (read_row(&command, &set, argv + 1, &row)) {
        if ((set.precision == FLOAT ? pmy_explain : pmy64_explain)(&row, &error) == PMY_OK)
            status = explain(&command, &set, &row);
        else
            options_wrong(&command, "%s", error.message);
    }
    pmy_explanation_free(&row);
    return status;
}
