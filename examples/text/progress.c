#include "text/progress.h"

#include "common/json.h"
#include "text/outcome.h"

#include <math.h>

progress progress_of(const train_options *chosen, const pmy_language_training *training)
{
    return (progress){chosen, run_progress_of(&chosen->usual, &training->run)};
}

void progress_start(const progress *p, const pmy_text *whole, const pmy_text *validation,
                    const pmy_language_training *training)
{
    const pmy_vocabulary *vocabulary = training->language->facts.vocabulary;
    const char *unit = outcome_unit(vocabulary);
    size_t kept = vocabulary->lines ? validation->lines : validation->count;
    if (p->usual.talks) {
        printf("data    %s: ", p->options->data);
        if (vocabulary->lines)
            printf("%zu lines, with their ends ", whole->lines);
        printf("%zu %ss, %zu different ones; %zu%s to train on, ", whole->count, unit, vocabulary->count,
               (vocabulary->lines ? whole->lines : whole->count) - kept, vocabulary->lines ? " lines" : "");
        if (kept)
            printf("the last %zu to validate\n", kept);
        else
            printf("none to validate\n");
        if (whole->empty_lines)
            printf("        %zu empty line%s left out\n", whole->empty_lines,
                   whole->empty_lines == 1 ? " is" : "s are");
    }
    run_progress_start(&p->usual, &training->language->facts.net, NULL);
}

/* --- Steps ------------------------------------------------------------------ */

static double tokens_per_second(const pmy_language_step *step)
{
    return (double)step->step * (double)step->tokens / step->seconds;
}

static void write_step(const progress *p, const pmy_language_step *step, const pmy_language_score *validation)
{
    json_line line = json_begin();
    json_text(&line, "event", "step");
    json_whole(&line, "step", (long long)step->step);
    json_whole(&line, "steps", (long long)step->steps);
    json_real(&line, "loss", p->usual.loss, PMY_NUMBER_DOUBLE);
    if (validation)
        json_real(&line, "validation_loss", validation->loss, PMY_NUMBER_DOUBLE);
    json_real(&line, "learning_rate", step->learning_rate, PMY_NUMBER_DOUBLE);
    json_real(&line, "tokens_per_s", tokens_per_second(step), PMY_NUMBER_DOUBLE);
    json_real(&line, "train_seconds", step->seconds, PMY_NUMBER_DOUBLE);
    (void)json_end(&line, stdout);
    fflush(stdout);
}

static void print_step(const progress *p, const pmy_language_step *step)
{
    printf("step %*llu/%llu  loss %.4f  ", (int)ceil(log10((double)step->steps + 1)),
           (unsigned long long)step->step, (unsigned long long)step->steps, p->usual.loss);
}

void progress_step(progress *p, const pmy_language_step *step, const pmy_language_score *validation)
{
    enum { LINES = 10, OBJECTS = 100 }; /* in a run, at least */
    uint64_t often = step->steps / (p->options->usual.json ? OBJECTS : LINES);
    bool kept = validation || step->step % (often ? often : 1) == 0;
    run_progress_loss(&p->usual, step->loss);
    if (p->options->usual.json && kept) {
        write_step(p, step, validation);
    } else if (p->usual.talks && kept) {
        run_progress_clear(&p->usual);
        print_step(p, step);
        if (validation)
            printf("validation %.4f  ", validation->loss);
        printf("%.0f tokens/s\n", tokens_per_second(step));
        fflush(stdout);
    } else if (run_progress_due(&p->usual)) {
        print_step(p, step);
        printf("%.0f tokens/s  ", tokens_per_second(step));
        run_progress_left(step->step, step->steps, step->seconds);
    }
}

/* --- The end ---------------------------------------------------------------- */

static void write_end(const progress *p, const pmy_language_training *training,
                      const pmy_language_score *validation, double rate)
{
    json_line line = json_begin();
    json_text(&line, "event", "end");
    json_whole(&line, "steps", (long long)training->run.step);
    if (!isnan(p->usual.loss))
        json_real(&line, "loss", p->usual.loss, PMY_NUMBER_DOUBLE);
    if (validation)
        outcome_add(&line, "validation_loss", validation);
    json_real(&line, "tokens_per_s", rate, PMY_NUMBER_DOUBLE);
    json_real(&line, "train_seconds", training->run.seconds, PMY_NUMBER_DOUBLE);
    json_real(&line, "total_seconds", run_progress_seconds(&p->usual), PMY_NUMBER_DOUBLE);
    (void)json_end(&line, stdout);
}

void progress_end(const progress *p, const pmy_language_training *training,
                  const pmy_language_score *validation)
{
    const pmy_run *run = &training->run;
    double tokens = (double)run->step * (double)(training->language->batch * training->language->block);
    if (p->options->usual.json) {
        write_end(p, training, validation, tokens / run->seconds);
        return;
    }
    if (validation)
        outcome_print("validation", validation, training->language->facts.vocabulary);
    if (p->usual.talks)
        printf("time    %.2f s of training, %.2f s in all; %.0f tokens/s\n", run->seconds,
               run_progress_seconds(&p->usual), tokens / run->seconds);
}
