/* Training by slices, so that the page is heard between them. */
#include "page/train.h"

#include "page/answer.h"
#include "page/export.h"
#include "page/pictures.h"
#include "page/train_settings.h"
#include "base/clock.h"
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double slice_seconds = 0.025; /* a step that takes longer is a slice by itself */
enum { MOST_STEPS = 256 /* of a slice */ };

static train_run run = {.tested_at = UINT64_MAX};

const train_run *train_run_now(void)
{
    return &run;
}

/* --- Beginning ------------------------------------------------------------ */

static void forget(void)
{
    pmy_training_free(run.training);
    pmy_assessment_free(run.test);
    run.training = NULL;
    run.test = NULL;
    run.testing = run.stopped = false;
    run.tested_at = UINT64_MAX;
    run.smooth_loss = 0;
    run.report = (pmy_step_report){0};
}

static void answer_layers(const pmy_net *net)
{
    answer_text("net", net->text);
    answer_texts("layer");
    for (size_t i = 0; i < net->count; i++)
        answer_next_text(pmy_layer_print(&net->layer[i]).text);
    answer_texts("output");
    for (size_t i = 0; i < net->count; i++)
        answer_next_text(pmy_shape_print(pmy_shape_of_row(net->layer[i].output)).text);
    answer_texts("parameters");
    for (size_t i = 0; i < net->count; i++)
        answer_next_text(net->layer[i].parameters ? count_print(net->layer[i].parameters).text : "");
}

static void answer_begun(void)
{
    const pmy_training *training = run.training;
    const pmy_net *net = &training->classifier->facts.net;
    size_t batch = training->run.recipe.batch, steps = (size_t)training->run.schedule.total;
    char text[300];
    answer_layers(net);
    answer_number("steps", (double)steps);
    answer_number("steps_per_epoch", (double)training->steps_per_epoch);
    (void)snprintf(text, sizeof text, "%s parameters. %s steps of %s %s: %zu %s of %s.",
                   count_print(net->parameters).text, count_print(steps).text, count_print(batch).text,
                   batch == 1 ? "picture" : "pictures", training->run.recipe.epochs,
                   training->run.recipe.epochs == 1 ? "epoch" : "epochs",
                   count_print(training->dataset->count).text);
    answer_text("said", text);
}

/* Begins anew with what is typed; the model has its first values. An error in it leaves all as it was; where
 * memory ends, no run is left. */
PAGE_EXPORT(page_train_begin)
(const char *name, const char *net, const char *rate, const char *batch, const char *pictures,
 const char *epochs, const char *seed)
{
    pmy_error error = {0};
    train_settings settings;
    const char *wrong = train_settings_read(&(train_typed){name, net, rate, batch, pictures, epochs, seed},
                                            &settings, &error);
    answer_begin();
    if (wrong) {
        train_answer_wrong(&error, wrong);
        return;
    }
    forget();
    run.begun++;
    run.pictures = settings.pictures;
    if (pmy_training_new(&settings.recipe, &run.pictures, NULL, &run.training, &error) == PMY_OK)
        answer_begun();
    else
        train_answer_wrong(&error, "net");
}

static bool answer_if_none(void)
{
    pmy_error error = {0};
    answer_begin();
    if (run.training)
        return false;
    (void)pmy_fail(&error, PMY_BAD_ARGUMENT, "there is no net yet");
    answer_error(&error);
    return true;
}

/* The schedule's highest rate from now on; its course scales it. */
PAGE_EXPORT(page_train_rate)(const char *rate)
{
    pmy_error error = {0};
    double number = 0;
    if (answer_if_none())
        return;
    if (!pmy_number_read(rate, strlen(rate), &number))
        number = (double)NAN;
    if (pmy_run_set_rate(&run.training->run, number, &error) != PMY_OK)
        train_answer_wrong(&error, "lr");
}

/* --- Going on ------------------------------------------------------------- */

static bool has_steps_left(void)
{
    return !run.stopped && run.training->run.step < run.training->run.schedule.total;
}

static pmy_status begin_test(pmy_error *error)
{
    const pmy_dataset *test = pictures_test();
    pmy_assessment_free(run.test);
    run.score = (pmy_score){0};
    pmy_status status = pmy_assessment_new(test->classes, test->count, &run.test, error);
    run.testing = status == PMY_OK;
    return status;
}

static pmy_status test_some(pmy_error *error)
{
    const pmy_dataset *test = pictures_test();
    pmy_status status =
        pmy_evaluate_next(run.training, test, pmy_assessment_watcher(run.test), &run.score, error);
    if (status == PMY_OK && run.score.count == test->count) {
        pmy_assessment_end(run.test);
        run.testing = false;
        run.tested_at = run.training->run.step;
    }
    if (status != PMY_OK)
        run.testing = false;
    return status;
}

/* Losses of a slice's steps. */
typedef struct slice {
    double first; /* step */
    float loss[MOST_STEPS], smooth[MOST_STEPS];
    size_t count;
} slice;

/* Of the smoothed loss at step t: d = min(0.98, (t − 1)/(t + 9)), as the average of weights has it, so that
 * the first losses, which are large, are soon forgotten. */
static double memory_of(uint64_t step)
{
    return fmin(0.98, (double)(step - 1) / (double)(step + 9));
}

static pmy_status step(slice *s, pmy_error *error)
{
    pmy_status status = pmy_training_step(run.training, &run.report, error);
    if (status != PMY_OK)
        return status;
    double loss = run.report.loss;
    run.smooth_loss += (1 - memory_of(run.report.step)) * (loss - run.smooth_loss);
    if (s->count == 0)
        s->first = (double)run.report.step;
    s->loss[s->count] = (float)loss;
    s->smooth[s->count++] = (float)run.smooth_loss;
    run.steps_wanted--;
    return run.report.ends_epoch ? begin_test(error) : PMY_OK;
}

/* --- What is said of it ----------------------------------------------------- */

static void print_time(const pmy_step_report *report, size_t size, char *text)
{
    if (!has_steps_left()) {
        (void)snprintf(text, size, "%.1f s in all", report->seconds);
        return;
    }
    double left = report->seconds * (double)(report->steps - report->step) / (double)report->step;
    if (left < 60)
        (void)snprintf(text, size, "%.0f s left", ceil(left));
    else
        (void)snprintf(text, size, "%.0f min left", ceil(left / 60));
}

static void answer_said(void)
{
    char text[300], left[40];
    const pmy_step_report *report = &run.report;
    size_t seen = report->seen;
    if (run.testing)
        (void)snprintf(text, sizeof text, "Tested on %s of %s pictures that it has not learned from",
                       count_print(run.score.count).text, count_print(pictures_test()->count).text);
    else if (report->step == 0)
        (void)snprintf(text, sizeof text, "Not trained yet");
    else if (!has_steps_left())
        (void)snprintf(text, sizeof text, "%s after step %s", run.stopped ? "Stopped" : "Done",
                       count_print((size_t)report->step).text);
    else
        (void)snprintf(text, sizeof text, "Epoch %zu of %zu, picture %s of %s", report->epoch, report->epochs,
                       count_print(seen).text, count_print(report->examples).text);
    answer_text("said", text);
    if (report->step == 0)
        return;
    (void)snprintf(text, sizeof text, "%.4f", run.smooth_loss);
    answer_text("loss_text", text);
    (void)snprintf(text, sizeof text, "%.4g", report->learning_rate);
    answer_text("rate_text", text);
    double seconds = run.training->epoch_seconds;
    answer_text("speed_text", seconds > 0 ? count_print((size_t)((double)seen / seconds)).text : "");
    print_time(report, sizeof left, left);
    answer_text("time_text", left);
}

static void answer_tested(void)
{
    char text[200];
    double low, high;
    const pmy_assessment *test = run.test;
    pmy_wilson95(test->correct, test->count, &low, &high);
    answer_number("accuracy", (double)test->correct / (double)test->count);
    answer_number("test_loss", test->loss);
    (void)snprintf(text, sizeof text, "%.2f %%", 100 * (double)test->correct / (double)test->count);
    answer_text("accuracy_text", text);
    (void)snprintf(
        text, sizeof text,
        "%s of %s test pictures right after step %s; with 95 %% confidence between %.2f and %.2f %%",
        count_print(test->correct).text, count_print(test->count).text,
        count_print((size_t)run.tested_at).text, 100 * low, 100 * high);
    answer_text("tested_said", text);
}

static void answer_slice(const slice *s)
{
    answer_number("step", (double)run.training->run.step);
    answer_number("steps", (double)run.training->run.schedule.total);
    answer_number("first", s->first);
    answer_reals("loss", s->count, s->loss);
    answer_reals("smooth", s->count, s->smooth);
    answer_number("testing", run.testing);
    answer_number("ended", !has_steps_left());
    answer_said();
}

/* So many steps, or all that are left, if that is fewer, with the tests that are due; without one, a test
 * that was asked for. */
PAGE_EXPORT(page_train_go)(double steps)
{
    if (!answer_if_none())
        run.steps_wanted = steps;
}

PAGE_EXPORT(page_train_go_slice)(void)
{
    pmy_error error = {0};
    pmy_status status = PMY_OK;
    slice s = {0};
    bool tested = false, more = true;
    if (answer_if_none())
        return;
    for (double end = pmy_seconds() + slice_seconds; status == PMY_OK && more && pmy_seconds() < end;) {
        if (run.testing) {
            status = test_some(&error);
            tested |= status == PMY_OK && !run.testing;
        } else if (run.steps_wanted > 0 && has_steps_left() && s.count < MOST_STEPS) {
            status = step(&s, &error);
        } else {
            more = s.count == MOST_STEPS;
            break;
        }
    }
    /* What was done before it is answered first; the step is then tried again, and fails again. */
    if (status != PMY_OK && s.count == 0) {
        answer_error(&error);
        return;
    }
    answer_slice(&s);
    if (tested)
        answer_tested();
    if (!more)
        answer_number("done", 1);
}

/* A test of the model as it is; page_train_go goes through with it. */
PAGE_EXPORT(page_train_test)(void)
{
    pmy_error error = {0};
    if (!answer_if_none() && !run.testing && begin_test(&error) != PMY_OK)
        answer_error(&error);
}

/* No more steps: the run ends here, with a test unless it has just had one. */
PAGE_EXPORT(page_train_stop)(void)
{
    pmy_error error = {0};
    if (answer_if_none())
        return;
    run.stopped = true;
    if (!run.testing && run.tested_at != run.training->run.step && begin_test(&error) != PMY_OK)
        answer_error(&error);
}
