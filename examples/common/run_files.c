#include "common/run_files.h"

#include "common/interrupt.h"
#include "common/program.h"
#include "io/atomic_file.h"
#include "train/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- The beginning ---------------------------------------------------------- */

/* The weights to begin with. */
static pmy_status begin_from(const char *path, const pmy_run *run, const pmy_model_facts *facts,
                             pmy_error *error)
{
    pmy_model *model;
    pmy_status status = pmy_model_open(path, facts, &model, error);
    if (status == PMY_OK)
        status = pmy_model_expect(model, facts->vocabulary != NULL, error);
    if (status == PMY_OK)
        status = pmy_model_fill(model, run->graph, error);
    if (status == PMY_OK && pmy_model_note(model))
        (void)fprintf(stderr, "%s\n", pmy_model_note(model));
    pmy_model_free(model);
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

pmy_status run_files_begin(run_files *f, training_options *chosen, pmy_run *run, const pmy_model_facts *facts,
                           pmy_error *error)
{
    pmy_status status = PMY_OK;
    *f = (run_files){.options = chosen, .run = run};
    if (chosen->resume)
        status = pmy_checkpoint_resume(run, chosen->resume, error);
    else if (chosen->init)
        status = begin_from(chosen->init, run, facts, error);
    if (status == PMY_OK && chosen->checkpoint && !(f->kept = options_keep(&chosen->command)))
        status = pmy_fail(error, PMY_NO_MEMORY, "no memory for checkpoints");
    if (status == PMY_OK)
        status = try_path(chosen->save, error);
    if (status == PMY_OK)
        status = try_path(chosen->checkpoint, error);
    return status;
}

/* --- The log ---------------------------------------------------------------- */

/* Opens the log of so many steps for the next ones; what is after those steps goes away. */
static FILE *reopen_log(const char *path, uint64_t steps)
{
    FILE *log = fopen(path, "r+");
    if (!log)
        return errno == ENOENT ? fopen(path, "w") : NULL;
    for (int byte = 0; steps && byte != EOF; steps -= byte == '\n')
        byte = fgetc(log);
    off_t end = ftello(log);
    if (!steps && end >= 0 && ftruncate(fileno(log), end) == 0 && fseeko(log, end, SEEK_SET) == 0)
        return log;
    if (steps)
        errno = EINVAL;
    (void)fclose(log);
    return NULL;
}

pmy_status run_files_open_log(run_files *f, pmy_error *error)
{
    const char *path = f->options->log;
    if (!path)
        return PMY_OK;
    f->log = f->run->step ? reopen_log(path, f->run->step) : fopen(path, "w");
    if (f->log)
        return PMY_OK;
    if (errno == EINVAL)
        return pmy_fail(error, PMY_BAD_FILE, "--log %s: it does not hold the %llu steps that were done", path,
                        (unsigned long long)f->run->step);
    return pmy_fail(error, PMY_IO, "--log %s: %s", path, strerror(errno));
}

static void log_step(run_files *f, double loss)
{
    if (f->log && !f->log_failed &&
        fprintf(f->log, "{\"step\":%llu,\"loss\":%.9g}\n", (unsigned long long)f->run->step, loss) < 0)
        f->log_failed = true;
}

/* --- Steps ------------------------------------------------------------------ */

static void write_checkpoint(run_files *f)
{
    pmy_error error;
    /* What the checkpoint follows is in the log, whatever comes. */
    if (f->log && fflush(f->log) != 0)
        f->log_failed = true;
    f->lost = pmy_checkpoint_save(f->run, f->kept, f->options->checkpoint, &error) != PMY_OK;
    if (f->lost)
        training_options_say(f->options, &error);
}

bool run_files_step(run_files *f, double loss, uint64_t usual)
{
    log_step(f, loss);
    uint64_t every = f->options->every ? (uint64_t)f->options->every : usual;
    bool stops = interrupt_came();
    if (f->options->checkpoint && (stops || f->run->step % every == 0))
        write_checkpoint(f);
    return !stops;
}

void run_files_stop(run_files *f)
{
    if (f->options->checkpoint)
        write_checkpoint(f);
}

/* --- The end ---------------------------------------------------------------- */

static void say_how_to_resume(const run_files *f)
{
    if (!f->options->checkpoint || f->lost)
        return;
    f->options->resume = f->options->checkpoint;
    f->options->checkpoint = NULL;
    fprintf(stderr, "  to go on: ");
    options_print_presentation(&f->options->command, stderr);
    fprintf(stderr, "\n");
}

int run_files_failed(const run_files *f, const pmy_error *error)
{
    training_options_say(f->options, error);
    if (error->code == PMY_BAD_DATA)
        fprintf(stderr, "  the learning rate may be too high: try a smaller --lr\n");
    if (error->code == PMY_STOPPED)
        say_how_to_resume(f);
    return program_status(error->code);
}

bool run_files_close(run_files *f)
{
    if (f->log)
        f->log_failed |= fclose(f->log) != 0;
    f->log = NULL;
    if (f->log_failed)
        (void)options_wrong(&f->options->command, "--log %s: it could not be written", f->options->log);
    free(f->kept);
    f->kept = NULL;
    return !f->log_failed && !f->lost;
}
