/* mnist train: load, train, validate, test. */
#include "common/output_folder.h"
#include "common/program.h"
#include "common/underline.h"
#include "io/atomic_file.h"
#include "mnist/commands.h"
#include "mnist/data.h"
#include "mnist/progress.h"
#include "mnist/report.h"
#include "kernels/blas.h"
#include "train/checkpoint.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
    train_options options;
    pmy_dataset whole, train, validation, test; /* train and validation are views of whole */
    pmy_pool *pool;
    pmy_training *training;
    pmy_assessment *assessment; /* of the test */
    progress progress;
    history history; /* for a report */
    char *kept;      /* the options, for checkpoints */
    bool lost;       /* a checkpoint could not be written */
} run;

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static int fail(const run *r, const pmy_error *error, int status)
{
    (void)options_wrong(&r->options.command, "%s", error->message);
    if (error->code == PMY_BAD_NET)
        underline(stderr, r->options.recipe.net, error->position, error->length);
    return status;
}

static pmy_status load(run *r, pmy_error *error)
{
    const char *folder = r->options.data;
    pmy_status status = data_load(folder, r->pool, &r->whole, &r->test, error);
    if (status == PMY_OK && (size_t)r->options.validation >= r->whole.count)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--val %lld: %s has only %zu training pictures",
                          r->options.validation, folder, r->whole.count);
    return status == PMY_OK
               ? pmy_dataset_split(&r->whole, (size_t)r->options.validation, &r->train, &r->validation, error)
               : status;
}

/* The weights to begin with. */
static pmy_status begin_from(const run *r, pmy_error *error)
{
    pmy_model *model;
    pmy_status status = pmy_model_open(r->options.init, &r->training->classifier->facts, &model, error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, r->training->classifier->graph, error);
    pmy_model_free(model);
    return status;
}

static pmy_status prepare(run *r, pmy_error *error)
{
    pmy_status status = pmy_training_new(&r->options.recipe, &r->train, r->pool, &r->training, error);
    if (status == PMY_OK && r->options.resume)
        status = pmy_checkpoint_resume(&r->training->run, r->options.resume, error);
    else if (status == PMY_OK && r->options.init)
        status = begin_from(r, error);
    if (status == PMY_OK && r->options.checkpoint && !(r->kept = options_keep(&r->options.command)))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for checkpoints");
    return status;
}

/* Whether a file can be written when the time comes: better said now than then. */
static pmy_status try_path(const char *path, pmy_error *error)
{
    pmy_atomic_file trial;
    pmy_status status = path ? pmy_atomic_file_begin(path, &trial, error) : PMY_OK;
    if (path && status == PMY_OK)
        pmy_atomic_file_abandon(&trial);
    return status;
}

static void write_checkpoint(run *r)
{
    pmy_error error;
    progress_flush(&r->progress);
    r->lost = pmy_checkpoint_save(&r->training->run, r->kept, r->options.checkpoint, &error) != PMY_OK;
    if (r->lost)
        (void)fail(r, &error, PROGRAM_WRONG);
}

static bool after_step(void *context, const pmy_step_report *step)
{
    run *r = context;
    progress_step(&r->progress, step);
    if (r->options.report)
        history_step(&r->history, step);
    uint64_t every = r->options.every ? (uint64_t)r->options.every : r->training->steps_per_epoch;
    bool stops = interrupted;
    if (r->options.checkpoint && (stops || step->step % every == 0))
        write_checkpoint(r);
    return !stops;
}

static void after_epoch(void *context, const pmy_epoch_report *epoch)
{
    run *r = context;
    progress_epoch(&r->progress, epoch);
    if (r->options.report)
        history_epoch(&r->history, epoch);
}

static pmy_status test(run *r, pmy_error *error)
{
    pmy_score score;
    pmy_status status = pmy_assessment_new(r->test.classes, r->test.count, &r->assessment, error);
    if (status == PMY_OK)
        status = pmy_evaluate(r->training, &r->test, pmy_assessment_watcher(r->assessment), &score, error);
    if (status == PMY_OK)
        pmy_assessment_end(r->assessment);
    return status;
}

static void say_how_to_resume(run *r)
{
    if (!r->options.checkpoint || r->lost)
        return;
    r->options.resume = r->options.checkpoint;
    r->options.checkpoint = NULL;
    fprintf(stderr, "  to go on: ");
    options_print_presentation(&r->options.command, stderr);
    fprintf(stderr, "\n");
}

static int train_and_test(run *r)
{
    pmy_error error;
    pmy_watcher watcher = {r, after_step, after_epoch};
    pmy_status status = pmy_train(r->training, &r->validation, &watcher, &error);
    if (status == PMY_OK && r->options.save)
        status = pmy_model_save(r->options.save, &r->training->classifier->facts,
                                r->training->classifier->graph, &error);
    if (status == PMY_OK)
        status = test(r, &error);
    if (status == PMY_OK) {
        progress_test(&r->progress, r->assessment, &r->test, r->training);
        return PROGRAM_FINE;
    }
    if (r->progress.live)
        printf("\n");
    (void)fflush(stdout);
    (void)fail(r, &error, PROGRAM_FAILED);
    if (status == PMY_BAD_DATA)
        fprintf(stderr, "  the learning rate may be too high: try a smaller --lr\n");
    if (status == PMY_STOPPED) {
        say_how_to_resume(r);
        return PROGRAM_INTERRUPTED;
    }
    return status == PMY_BAD_DATA ? PROGRAM_FAILED : PROGRAM_WRONG;
}

static int write_report(run *r)
{
    pmy_error error;
    /* A run that had done all its steps when it was resumed has no curves to show. */
    const history *h = r->history.step_count ? &r->history : NULL;
    pmy_status status =
        report_write(&(report){.folder = r->options.report,
                               .command = &r->options.command,
                               .data = r->options.data,
                               .net = &r->training->classifier->facts.net,
                               .graph = r->training->classifier->graph,
                               .test = &r->test,
                               .classes = data_class_labels(&r->training->classifier->facts, &r->test),
                               .result = r->assessment,
                               .history = h},
                     &error);
    if (status != PMY_OK)
        return fail(r, &error, PROGRAM_WRONG);
    progress_report(&r->progress);
    return PROGRAM_FINE;
}

static int train_run(run *r)
{
    pmy_error error;
    pmy_status ready = pmy_pool_new((unsigned)r->options.threads, &r->pool, &error);
    if (ready == PMY_OK)
        ready = load(r, &error);
    if (ready == PMY_OK)
        ready = prepare(r, &error);
    if (ready == PMY_OK)
        ready = try_path(r->options.save, &error);
    if (ready == PMY_OK)
        ready = try_path(r->options.checkpoint, &error);
    if (ready == PMY_OK && r->options.report)
        ready = output_folder_make(r->options.report, &error);
    if (ready != PMY_OK)
        return fail(r, &error, PROGRAM_WRONG);
    if (!progress_open(&r->progress, &r->options, r->training))
        return PROGRAM_WRONG;
    progress_start(&r->progress, &r->train, &r->validation, &r->test, r->training);
    int status = train_and_test(r);
    if (status == PROGRAM_FINE && r->options.report)
        status = write_report(r);
    if ((!progress_close(&r->progress) || r->lost) && status == PROGRAM_FINE)
        status = PROGRAM_WRONG;
    return status;
}

int train_command(int argc, char **argv)
{
    run r = {0};
    switch (train_options_read(&r.options, argc, argv)) {
    case OPTIONS_DONE:
        return PROGRAM_FINE;
    case OPTIONS_WRONG:
        train_options_free(&r.options);
        return PROGRAM_WRONG;
    case OPTIONS_RUN:
        break;
    }
    /* Files are written on, whatever comes. */
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    pmy_blas_single_threaded();
    int status = train_run(&r);
    history_free(&r.history);
    free(r.kept);
    train_options_free(&r.options);
    pmy_assessment_free(r.assessment);
    pmy_training_free(r.training);
    pmy_pool_free(r.pool);
    pmy_dataset_free(&r.test);
    pmy_dataset_free(&r.whole);
    return status;
}
