#include "mnist/progress.h"

#include "common/json.h"
#include "common/terminal.h"
#include "mnist/data.h"
#include "mnist/net_table.h"
#include "mnist/outcome.h"
#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static bool talks(const progress *p)
{
    return !p->options->json && !p->options->quiet;
}

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

bool progress_open(progress *p, const train_options *chosen, const pmy_training *training)
{
    *p = (progress){.options = chosen, .started = pmy_seconds() - training->run.seconds, .loss = (double)NAN};
    p->live = !chosen->json && !chosen->quiet && terminal_is(stdout);
    if (!chosen->log)
        return true;
    p->log = training->run.step ? reopen_log(chosen->log, training->run.step) : fopen(chosen->log, "w");
    if (!p->log && errno == EINVAL)
        (void)options_wrong(&chosen->command, "--log %s: it does not hold the %llu steps that were done",
                            chosen->log, (unsigned long long)training->run.step);
    else if (!p->log)
        (void)options_wrong(&chosen->command, "--log %s: %s", chosen->log, strerror(errno));
    return p->log != NULL;
}

void progress_flush(progress *p)
{
    if (p->log && fflush(p->log) != 0)
        p->failed = true;
}

/* --- The start -------------------------------------------------------------- */

void progress_start(progress *p, const pmy_dataset *train, const pmy_dataset *validation,
                    const pmy_dataset *test, const pmy_training *training)
{
    const pmy_net *net = &training->classifier->facts.net;
    if (!talks(p))
        return;
    printf("data    %s: %zu pictures of %zux%zu in %zu classes to train on, %zu to validate, %zu to test\n",
           p->options->data, train->count, train->height, train->width, train->classes, validation->count,
           test->count);
    printf("net     %s\n\n", net->text);
    net_table_print(net, p->options->verbose ? training->classifier->graph : NULL);
    printf("\nrecipe\n");
    options_print_line(&p->options->command, stdout, true);
    printf("\n\n");
    fflush(stdout);
}

/* --- Steps and epochs ------------------------------------------------------- */

static void print_time(double seconds)
{
    long whole = (long)(seconds + 0.5);
    printf("%ld:%02ld", whole / 60, whole % 60);
}

static void show_progress(progress *p, const pmy_step_report *step)
{
    enum { TENTHS = 10 };
    double now = pmy_seconds();
    if (now - p->shown < 1.0 / TENTHS || step->ends_epoch)
        return;
    p->shown = now;
    double whole_run = step->seconds * (double)step->steps / (double)step->step;
    double rate = (double)((step->epoch - 1) * step->examples + step->seen) / step->seconds;
    printf("\r\033[Kepoch %2zu/%zu %3zu %%  loss %.4f  %.0f images/s  ", step->epoch, step->epochs,
           100 * step->seen / step->examples, p->loss, rate);
    print_time(whole_run - step->seconds);
    printf(" left");
    fflush(stdout);
}

void progress_step(progress *p, const pmy_step_report *step)
{
    if (p->log && !p->failed &&
        fprintf(p->log, "{\"step\":%llu,\"loss\":%.9g}\n", (unsigned long long)step->step, step->loss) < 0)
        p->failed = true;
    const double memory = 0.98; /* the shown loss is mostly of the last fifty steps */
    p->loss = isnan(p->loss) ? step->loss : memory * p->loss + (1 - memory) * step->loss;
    if (p->live)
        show_progress(p, step);
}

static void write_epoch(const pmy_epoch_report *epoch)
{
    json_line line = json_begin();
    json_text(&line, "event", "epoch");
    json_whole(&line, "epoch", (long long)epoch->epoch);
    json_real(&line, "train_loss", epoch->train_loss, PMY_NUMBER_DOUBLE);
    if (epoch->validation.count) {
        json_real(&line, "val_accuracy", (double)epoch->validation.correct / (double)epoch->validation.count,
                  PMY_NUMBER_DOUBLE);
        json_real(&line, "val_loss", epoch->validation.loss, PMY_NUMBER_DOUBLE);
    }
    json_real(&line, "images_per_s", epoch->images_per_second, PMY_NUMBER_DOUBLE);
    (void)json_end(&line, stdout);
}

void progress_epoch(progress *p, const pmy_epoch_report *epoch)
{
    if (p->options->json)
        write_epoch(epoch);
    if (talks(p)) {
        printf("%sepoch %2zu/%zu  loss %.4f", p->live ? "\r\033[K" : "", epoch->epoch, epoch->epochs,
               epoch->train_loss);
        if (epoch->validation.count)
            printf("  validation %.2f %%",
                   100 * (double)epoch->validation.correct / (double)epoch->validation.count);
        printf("  %.0f images/s\n", epoch->images_per_second);
    }
    fflush(stdout);
}

/* --- The end ---------------------------------------------------------------- */

void progress_test(progress *p, const pmy_assessment *assessment, const pmy_dataset *test,
                   const pmy_training *training)
{
    const pmy_model_facts *facts = &training->classifier->facts;
    double train_seconds = training->run.seconds;
    double total = pmy_seconds() - p->started;
    if (p->options->json) {
        json_line line = json_begin();
        json_text(&line, "event", "test");
        outcome_add(&line, assessment, data_class_names(facts, test));
        json_real(&line, "train_seconds", train_seconds, PMY_NUMBER_DOUBLE);
        json_real(&line, "total_seconds", total, PMY_NUMBER_DOUBLE);
        (void)json_end(&line, stdout);
        return;
    }
    outcome_print(assessment, data_class_labels(facts, test), p->options->quiet);
    if (!p->options->quiet)
        printf("time    %.2f s of training, %.2f s in all\n", train_seconds, total);
}

void progress_report(const progress *p)
{
    if (talks(p))
        printf("report  %s/index.html\n", p->options->report);
}

bool progress_close(progress *p)
{
    if (!p->log)
        return true;
    p->failed |= fclose(p->log) != 0;
    p->log = NULL;
    if (p->failed)
        (void)options_wrong(&p->options->command, "--log %s: it could not be written", p->options->log);
    return !p->failed;
}
