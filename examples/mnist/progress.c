#include "mnist/progress.h"

#include "common/json.h"
#include "mnist/data.h"
#include "mnist/outcome.h"

progress progress_of(const train_options *chosen, const pmy_training *training)
{
    return (progress){chosen, run_progress_of(&chosen->usual, &training->run)};
}

void progress_start(const progress *p, const pmy_dataset *train, const pmy_dataset *validation,
                    const pmy_dataset *test, const pmy_training *training)
{
    if (p->usual.talks)
        printf(
            "data    %s: %zu pictures of %zux%zu in %zu classes to train on, %zu to validate, %zu to test\n",
            p->options->data, train->count, train->height, train->width, train->classes, validation->count,
            test->count);
    run_progress_start(&p->usual, &training->classifier->facts.net,
                       p->options->verbose ? training->classifier->graph : NULL);
}

/* --- Steps and epochs ------------------------------------------------------- */

void progress_step(progress *p, const pmy_step_report *step)
{
    run_progress_loss(&p->usual, step->loss);
    if (step->ends_epoch || !run_progress_due(&p->usual))
        return;
    double rate = (double)((step->epoch - 1) * step->examples + step->seen) / step->seconds;
    printf("epoch %2zu/%zu %3zu %%  loss %.4f  %.0f images/s  ", step->epoch, step->epochs,
           100 * step->seen / step->examples, p->usual.loss, rate);
    run_progress_left(step->step, step->steps, step->seconds);
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

void progress_epoch(const progress *p, const pmy_epoch_report *epoch)
{
    if (p->options->usual.json)
        write_epoch(epoch);
    if (p->usual.talks) {
        run_progress_clear(&p->usual);
        printf("epoch %2zu/%zu  loss %.4f", epoch->epoch, epoch->epochs, epoch->train_loss);
        if (epoch->validation.count)
            printf("  validation %.2f %%",
                   100 * (double)epoch->validation.correct / (double)epoch->validation.count);
        printf("  %.0f images/s\n", epoch->images_per_second);
    }
    fflush(stdout);
}

/* --- The end ---------------------------------------------------------------- */

void progress_test(const progress *p, const pmy_assessment *assessment, const pmy_dataset *test,
                   const pmy_training *training)
{
    const pmy_model_facts *facts = &training->classifier->facts;
    double train_seconds = training->run.seconds;
    double total = run_progress_seconds(&p->usual);
    if (p->options->usual.json) {
        json_line line = json_begin();
        json_text(&line, "event", "test");
        outcome_add(&line, assessment, data_class_names(facts, test));
        json_real(&line, "train_seconds", train_seconds, PMY_NUMBER_DOUBLE);
        json_real(&line, "total_seconds", total, PMY_NUMBER_DOUBLE);
        (void)json_end(&line, stdout);
        return;
    }
    outcome_print(assessment, data_class_labels(facts, test), p->options->usual.quiet);
    if (!p->options->usual.quiet)
        printf("time    %.2f s of training, %.2f s in all\n", train_seconds, total);
}
