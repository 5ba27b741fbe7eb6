/* mnist train: load, train, validate, test. */
#include "common/interrupt.h"
#include "common/output_folder.h"
#include "common/program.h"
#include "common/run_files.h"
#include "mnist/commands.h"
#include "mnist/data.h"
#include "mnist/progress.h"
#include "mnist/report.h"
#include "kernels/blas.h"

typedef struct run {
    train_options options;
    pmy_dataset whole, train, validation, test; /* train and validation are views of whole */
    pmy_pool *pool;
    pmy_training *training;
    pmy_assessment *assessment; /* of the test */
    run_files files;
    progress progress;
    history history; /* for a report */
} run;

static int fail(const run *r, const pmy_error *error)
{
    training_options_say(&r->options.usual, error);
    return program_status(error->code);
}

static pmy_status load(run *r, pmy_error *error)
{
    const char *folder = r->options.data;
    pmy_status status = data_load(folder, r->options.skip_bad, r->pool, &r->whole, &r->test, error);
    if (status == PMY_OK && (size_t)r->options.validation >= r->whole.count)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--val %lld: %s has only %zu training pictures",
                          r->options.validation, folder, r->whole.count);
    return status == PMY_OK
               ? pmy_dataset_split(&r->whole, (size_t)r->options.validation, &r->train, &r->validation, error)
               : status;
}

static bool after_step(void *context, const pmy_step_report *step)
{
    run *r = context;
    progress_step(&r->progress, step);
    if (r->options.report)
        history_step(&r->history, step);
    return run_files_step(&r->files, step->loss, r->training->steps_per_epoch);
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

static int train_and_test(run *r)
{
    pmy_error error;
    pmy_watcher watcher = {r, after_step, after_epoch};
    pmy_status status = pmy_train(r->training, &r->validation, &watcher, &error);
    if (status == PMY_OK && r->options.usual.save)
        status = pmy_model_save(r->options.usual.save, &r->training->classifier->facts,
                                r->training->classifier->graph, &error);
    if (status == PMY_OK)
        status = test(r, &error);
    if (status == PMY_OK) {
        progress_test(&r->progress, r->assessment, &r->test, r->training);
        return PROGRAM_FINE;
    }
    run_progress_break(&r->progress.usual);
    return run_files_failed(&r->files, &error);
}

static int write_report(run *r)
{
    pmy_error error;
    /* A run that had done all its steps when it was resumed has no curves to show. */
    const history *h = r->history.step_count ? &r->history : NULL;
    pmy_status status =
        report_write(&(report){.folder = r->options.report,
                               .command = &r->options.usual.command,
                               .data = r->options.data,
                               .net = &r->training->classifier->facts.net,
                               .graph = r->training->classifier->graph,
                               .test = &r->test,
                               .classes = data_class_labels(&r->training->classifier->facts, &r->test),
                               .result = r->assessment,
                               .history = h},
                     &error);
    if (status != PMY_OK)
        return fail(r, &error);
    run_progress_report(&r->progress.usual, r->options.report);
    return PROGRAM_FINE;
}

static int train_run(run *r)
{
    pmy_error error;
    training_options *chosen = &r->options.usual;
    pmy_status ready = pmy_pool_new((unsigned)chosen->threads, &r->pool, &error);
    if (ready == PMY_OK)
        ready = load(r, &error);
    if (ready == PMY_OK)
        ready = pmy_training_new(&chosen->recipe, &r->train, r->pool, &r->training, &error);
    if (ready == PMY_OK)
        ready =
            run_files_begin(&r->files, chosen, &r->training->run, &r->training->classifier->facts, &error);
    if (ready == PMY_OK && r->options.report)
        ready = output_folder_make(r->options.report, &error);
    if (ready == PMY_OK)
        ready = run_files_open_log(&r->files, &error);
    if (ready != PMY_OK)
        return fail(r, &error);
    r->progress = progress_of(&r->options, r->training);
    progress_start(&r->progress, &r->train, &r->validation, &r->test, r->training);
    int status = train_and_test(r);
    if (status == PROGRAM_FINE && r->options.report)
        status = write_report(r);
    return status;
}

int train_command(int argc, char **argv)
{
    run r = {0};
    int status = PROGRAM_WRONG;
    switch (train_options_read(&r.options, argc, argv)) {
    case OPTIONS_DONE:
        return PROGRAM_FINE;
    case OPTIONS_RUN:
        interrupt_catch();
        pmy_blas_single_threaded();
        status = train_run(&r);
        break;
    case OPTIONS_WRONG:
        break;
    }
    if (!run_files_close(&r.files) && status == PROGRAM_FINE)
        status = PROGRAM_WRONG;
    history_free(&r.history);
    training_options_free(&r.options.usual);
    pmy_assessment_free(r.assessment);
    pmy_training_free(r.training);
    pmy_pool_free(r.pool);
    pmy_dataset_free(&r.test);
    pmy_dataset_free(&r.whole);
    return status;
}
