/* text train: load, train, validate. */
#include "common/interrupt.h"
#include "common/output_folder.h"
#include "common/program.h"
#include "common/run_files.h"
#include "text/commands.h"
#include "text/progress.h"
#include "text/report.h"
#include "kernels/blas.h"

typedef struct run {
    train_options options;
    pmy_vocabulary vocabulary;
    pmy_text whole, train, validation; /* train and validation are views of whole */
    pmy_pool *pool;
    pmy_language_training *training;
    run_files files;
    progress progress;
    pmy_language_score score; /* of the last validation */
    history history;          /* for a report */
} run;

/* --- The text ----------------------------------------------------------------- */

/* A model's vocabulary, which its weights are of. */
static pmy_status take_vocabulary(const char *path, pmy_vocabulary *vocabulary, pmy_error *error)
{
    pmy_model *model;
    pmy_status status = pmy_language_open(path, &model, error);
    if (status != PMY_OK)
        return status;
    const pmy_vocabulary *its = pmy_model_facts_of(model)->vocabulary;
    const char *unit = pmy_recipe_word(PMY_RECIPE_UNIT, its->unit);
    if (its->unit != vocabulary->unit)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--init %s: is a model of %s: say --tokens %s", path, unit,
                          unit);
    else if (its->lines != vocabulary->lines)
        status = pmy_fail(error, PMY_BAD_ARGUMENT, "--init %s: is a model of %s: %s", path,
                          its->lines ? "lines" : "a text that is not cut into lines",
                          its->lines ? "say --lines" : "leave --lines out");
    else
        status = pmy_vocabulary_copy(its, vocabulary, error);
    pmy_model_free(model);
    return status;
}

static pmy_status load(run *r, pmy_error *error)
{
    const training_options *usual = &r->options.usual;
    r->vocabulary = (pmy_vocabulary){.unit = usual->recipe.unit, .lines = usual->recipe.lines};
    pmy_status status = PMY_OK;
    if (usual->resume)
        status = pmy_vocabulary_copy(&usual->kept.vocabulary, &r->vocabulary, error);
    else if (usual->init)
        status = take_vocabulary(usual->init, &r->vocabulary, error);
    if (status == PMY_OK)
        status = pmy_text_load(r->options.data, &r->vocabulary, &r->whole, error);
    return status == PMY_OK
               ? pmy_text_split(&r->whole, r->options.validation, &r->train, &r->validation, error)
               : status;
}

/* --- The run ------------------------------------------------------------------ */

static bool goes_on(void *context)
{
    (void)context;
    return !interrupt_came();
}

/* Validates, where there is a text for that; and keeps for the report what the model has come to. */
static pmy_status look(run *r, pmy_error *error)
{
    bool validates = r->validation.count > 0;
    pmy_status status = PMY_OK;
    if (validates)
        status = pmy_language_training_evaluate(r->training, &r->validation,
                                                (pmy_language_watcher){.goes_on = goes_on}, &r->score, error);
    if (status == PMY_OK && r->options.report)
        status = history_look_at(&r->history, r->training, validates ? &r->score : NULL, error);
    if (status != PMY_OK)
        pmy_run_name_step("after step", r->training->run.step, error);
    return status;
}

/* After the last step it is looked at anyway. */
static bool is_to_be_looked_at(const run *r)
{
    const pmy_run *of = &r->training->run;
    return r->options.validating && of->step % (uint64_t)r->options.validating == 0 &&
           of->step < of->schedule.total;
}

static pmy_status learn(run *r, pmy_error *error)
{
    pmy_run *of = &r->training->run;
    uint64_t tenth = (of->schedule.total + 9) / 10;
    while (of->step < of->schedule.total) {
        pmy_language_step step;
        pmy_status status = pmy_language_training_step(r->training, &step, error);
        bool looked = status == PMY_OK && is_to_be_looked_at(r);
        if (status == PMY_OK && r->options.report)
            status = history_step(&r->history, &step, error);
        if (status == PMY_OK && looked)
            status = look(r, error);
        looked &= status == PMY_OK;
        if (status != PMY_OK && status != PMY_STOPPED) /* then a checkpoint is to be written */
            return status;
        progress_step(&r->progress, &step, looked && r->validation.count ? &r->score : NULL);
        if (!run_files_step(&r->files, step.loss, tenth))
            return pmy_fail(error, PMY_STOPPED, "stopped after step %llu", (unsigned long long)step.step);
    }
    return PMY_OK;
}

static pmy_status save(run *r, pmy_error *error)
{
    pmy_run *of = &r->training->run;
    bool swapped = pmy_run_take_average(of);
    pmy_status status =
        pmy_model_save(r->options.usual.save, &r->training->language->facts, of->graph, error);
    if (swapped)
        pmy_average_swap(of->average);
    return status;
}

static pmy_status write_report(run *r, pmy_error *error)
{
    bool validated = r->validation.count > 0;
    (void)pmy_run_take_average(&r->training->run);
    pmy_status status = report_write(&(report){.folder = r->options.report,
                                               .command = &r->options.usual.command,
                                               .data = r->options.data,
                                               .language = r->training->language,
                                               .text = validated ? &r->validation : &r->train,
                                               .score = validated ? &r->score : NULL,
                                               .history = &r->history},
                                     error);
    if (status == PMY_OK)
        run_progress_report(&r->progress.usual, r->options.report);
    return status;
}

static int learn_and_validate(run *r)
{
    pmy_error error;
    pmy_status status = learn(r, &error);
    if (status == PMY_OK && r->options.usual.save)
        status = save(r, &error);
    if (status == PMY_OK && (status = look(r, &error)) == PMY_STOPPED)
        run_files_stop(&r->files);
    if (status == PMY_OK)
        progress_end(&r->progress, r->training, r->validation.count ? &r->score : NULL);
    if (status == PMY_OK && r->options.report)
        status = write_report(r, &error);
    if (status == PMY_OK)
        return PROGRAM_FINE;
    run_progress_break(&r->progress.usual);
    return run_files_failed(&r->files, &error);
}

/* What a report needs before the run begins. */
static pmy_status begin_report(run *r, pmy_error *error)
{
    pmy_status status = output_folder_make(r->options.report, error);
    if (status == PMY_OK)
        status = history_begin(&r->history, r->training, error);
    if (status == PMY_OK && r->training->run.step < r->training->run.schedule.total)
        status = history_look_at(&r->history, r->training, NULL, error);
    return status;
}

static int train_run(run *r)
{
    pmy_error error;
    training_options *usual = &r->options.usual;
    pmy_status ready = pmy_pool_new((unsigned)usual->threads, &r->pool, &error);
    if (ready == PMY_OK)
        ready = load(r, &error);
    if (ready == PMY_OK)
        ready = pmy_language_training_new(&usual->recipe, &r->vocabulary, &r->train, r->pool, &r->training,
                                          &error);
    if (ready == PMY_OK)
        ready = run_files_begin(&r->files, usual, &r->training->run, &r->training->language->facts, &error);
    if (ready == PMY_OK && r->options.report)
        ready = begin_report(r, &error);
    if (ready == PMY_OK)
        ready = run_files_open_log(&r->files, &error);
    if (ready != PMY_OK) {
        training_options_say(usual, &error);
        return program_status(ready);
    }
    r->progress = progress_of(&r->options, r->training);
    progress_start(&r->progress, &r->whole, &r->validation, r->training);
    return learn_and_validate(r);
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
    pmy_language_training_free(r.training);
    pmy_pool_free(r.pool);
    pmy_text_free(&r.whole);
    pmy_vocabulary_free(&r.vocabulary);
    return status;
}
