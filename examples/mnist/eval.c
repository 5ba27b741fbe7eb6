/* mnist eval: tests a model file. */
#include "common/default_data.h"
#include "common/options.h"
#include "common/output_folder.h"
#include "common/program.h"
#include "common/underline.h"
#include "mnist/commands.h"
#include "mnist/data.h"
#include "mnist/outcome.h"
#include "mnist/presets.h"
#include "mnist/report.h"
#include "kernels/blas.h"
#include "train/classifier.h"

#include <string.h>

typedef struct evaluation {
    const char *model, *data, *net, *report;
    long long threads;
    bool skip_bad, json, quiet;
    options command;
    pmy_pool *pool;
    pmy_dataset test;
    pmy_classifier *classifier;
    pmy_assessment *assessment;
} evaluation;

static int fail(const evaluation *e, const pmy_error *error)
{
    (void)options_wrong(&e->command, "%s", error->message);
    if (error->code == PMY_BAD_NET)
        underline(stderr, preset_net(&mnist_presets, e->net), error->position, error->length);
    return program_status(error->code);
}

/* A file that says of which net it is needs no --net, and must not be told another. */
static pmy_status check_net(const evaluation *e, const pmy_model_facts *assumed, pmy_error *error)
{
    const char *text = e->classifier->facts.net.text;
    if (strcmp(text, assumed->net.text) == 0)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT, "--net %.100s: %s says that it is of the net '%.100s'", e->net,
                    e->model, text);
}

static pmy_status load(evaluation *e, pmy_error *error)
{
    pmy_model_facts assumed;
    pmy_status status = pmy_pool_new((unsigned)e->threads, &e->pool, error);
    if (status == PMY_OK && e->report)
        status = output_folder_make(e->report, error);
    if (status == PMY_OK)
        status = data_load(e->data, e->skip_bad, e->pool, NULL, &e->test, error);
    if (status == PMY_OK && e->net)
        status = pmy_facts_for(preset_net(&mnist_presets, e->net), &e->test, (pmy_normalization){0, 1},
                               &assumed, error);
    if (status == PMY_OK)
        status =
            pmy_classifier_load(e->model, e->net ? &assumed : NULL, NULL, e->pool, &e->classifier, error);
    if (status == PMY_OK && e->net)
        status = check_net(e, &assumed, error);
    if (status == PMY_OK && e->classifier->note)
        (void)fprintf(stderr, "%s\n", e->classifier->note);
    return status;
}

static pmy_status assess(evaluation *e, pmy_error *error)
{
    pmy_score score;
    pmy_status status = pmy_assessment_new(e->test.classes, e->test.count, &e->assessment, error);
    if (status == PMY_OK)
        status = pmy_classifier_evaluate(e->classifier, &e->test, pmy_assessment_watcher(e->assessment),
                                         &score, error);
    if (status == PMY_OK)
        pmy_assessment_end(e->assessment);
    return status;
}

static pmy_status write_report(const evaluation *e, pmy_error *error)
{
    return report_write(&(report){.folder = e->report,
                                  .command = &e->command,
                                  .data = e->data,
                                  .net = &e->classifier->facts.net,
                                  .graph = e->classifier->graph,
                                  .test = &e->test,
                                  .classes = data_class_labels(&e->classifier->facts, &e->test),
                                  .result = e->assessment},
                        error);
}

static int evaluate(evaluation *e)
{
    pmy_error error;
    pmy_status status = load(e, &error);
    if (status == PMY_OK)
        status = assess(e, &error);
    if (status == PMY_OK && e->report)
        status = write_report(e, &error);
    if (status != PMY_OK)
        return fail(e, &error);
    if (e->json) {
        json_line line = json_begin();
        json_text(&line, "event", "test");
        outcome_add(&line, e->assessment, data_class_names(&e->classifier->facts, &e->test));
        (void)json_end(&line, stdout);
        return PROGRAM_FINE;
    }
    if (!e->quiet)
        printf("model   %s: %s\ndata    %s: %zu pictures to test\n", e->model, e->classifier->facts.net.text,
               e->data, e->test.count);
    outcome_print(e->assessment, data_class_labels(&e->classifier->facts, &e->test), e->quiet);
    if (e->report && !e->quiet)
        printf("report  %s/index.html\n", e->report);
    return PROGRAM_FINE;
}

int eval_command(int argc, char **argv)
{
    evaluation e = {.data = default_data("mnist"), .threads = pmy_processors()};
    const option_row rows[] = {
        {OPTION_TEXT("model", "FILE", &e.model, "the model: a file from --save, or from PyTorch"),
         .required = true},
        {OPTION_TEXT("data", "DIR", &e.data, "folder of the IDX files, raw or gz, or of pictures")},
        {OPTION_TEXT("net", "SPEC", &e.net,
                     "layers or a preset, for a file that does not say of which net it is")},
        {OPTION_FLAG("skip-bad", &e.skip_bad, "leave out pictures of a folder that cannot be read")},
        {OPTION_THREADS(&e.threads)},
        {OPTION_TEXT(
             "report", "DIR", &e.report,
             "write a page to look at into DIR: confusions, mistakes, filters, and the numbers as CSV"),
         .presentation = true},
        {OPTION_JSON(&e.json)},
        {OPTION_QUIET(&e.quiet)},
    };
    e.command = (options){.name = "mnist eval",
                          .summary = "Tests a model on the test pictures of a folder.",
                          .rows = rows,
                          .row_count = sizeof rows / sizeof *rows};
    options_result read = options_parse(&e.command, argc, argv, NULL);
    if (read != OPTIONS_RUN)
        return read == OPTIONS_DONE ? PROGRAM_FINE : PROGRAM_WRONG;
    pmy_blas_single_threaded();
    int status = evaluate(&e);
    pmy_assessment_free(e.assessment);
    pmy_classifier_free(e.classifier);
    pmy_dataset_free(&e.test);
    pmy_pool_free(e.pool);
    return status;
}
