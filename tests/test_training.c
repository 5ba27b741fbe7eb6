/* Training runs: steps, epochs, evaluation, what stops them, and that a step asks for no memory. */
#include "train/training.h"

#include "allocations.h"
#include "kernels/blas.h"
#include "training_data.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char small_net[] = "linear 96, relu, dropout 0.1, linear 3";

/* --- What a run does --------------------------------------------------------- */

typedef struct witness {
    size_t steps, epochs;
    pmy_step_report step;
    pmy_epoch_report epoch;
    size_t stop_after;
} witness;

static bool see_step(void *context, const pmy_step_report *step)
{
    witness *w = context;
    assert_int_equal(step->step, ++w->steps);
    w->step = *step;
    return w->steps != w->stop_after;
}

static void see_epoch(void *context, const pmy_epoch_report *epoch)
{
    witness *w = context;
    assert_int_equal(epoch->epoch, ++w->epochs);
    w->epoch = *epoch;
}

static void a_run_learns_and_reports(void **state)
{
    (void)state;
    static pictures train, test;
    draw(&train, 1);
    draw(&test, 2);
    pmy_recipe recipe = recipe_for(small_net);
    pmy_training *training = new_training(&recipe, &train, NULL);
    witness w = {0};
    assert_int_equal(pmy_train(training, &test.dataset, &(pmy_watcher){&w, see_step, see_epoch}, NULL),
                     PMY_OK);
    /* 300 examples are nine batches of 32 and one of 12. */
    assert_int_equal(w.steps, 40);
    assert_int_equal(w.step.steps, 40);
    assert_int_equal(w.step.seen, COUNT);
    assert_true(w.step.ends_epoch);
    assert_int_equal(w.epochs, 4);
    assert_int_equal(w.epoch.validation.count, COUNT);
    assert_true(w.epoch.train_loss < 0.1);
    assert_true(w.epoch.images_per_second > 0);
    assert_true(w.epoch.train_correct > COUNT * 95 / 100 && w.epoch.train_correct <= COUNT);
    /* The cosine's rate of the last of 40 steps. */
    assert_true(fabs(w.step.learning_rate - 0.05 * (1 + cos(acos(-1) * 39 / 40))) < 1e-12);
    pmy_score score;
    assert_int_equal(pmy_evaluate(training, &test.dataset, (pmy_predictions_watcher){0}, &score, NULL),
                     PMY_OK);
    assert_int_equal(score.correct, w.epoch.validation.correct);
    assert_true(score.correct > COUNT * 95 / 100);
    assert_true(score.loss > 0 && score.loss < 0.3);
    pmy_training_free(training);
}

static void evaluation_counts_each_example_once(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_score all, front_score, back_score;
    pmy_dataset front, back;
    assert_int_equal(pmy_dataset_split(&p.dataset, 77, &front, &back, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &all, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate(training, &front, (pmy_predictions_watcher){0}, &front_score, NULL),
                     PMY_OK);
    assert_int_equal(pmy_evaluate(training, &back, (pmy_predictions_watcher){0}, &back_score, NULL), PMY_OK);
    assert_int_equal(all.correct, front_score.correct + back_score.correct);
    double mean = (front_score.loss * 223 + back_score.loss * 77) / COUNT;
    assert_true(fabs(all.loss - mean) < 1e-6 * mean);
    pmy_training_free(training);
}

/* The whole dataset passes by, in order, with the logits that decide what is correct. */
typedef struct passing {
    const pmy_dataset *dataset;
    size_t seen, correct;
} passing;

static void see_predictions(void *context, const pmy_predictions *batch)
{
    passing *p = context;
    assert_int_equal(batch->first, p->seen);
    assert_int_equal(batch->classes, CLASSES);
    assert_memory_equal(batch->labels, p->dataset->labels + p->seen, batch->count * sizeof *batch->labels);
    for (size_t row = 0; row < batch->count; row++) {
        const pmy_real *z = batch->logits + row * CLASSES;
        size_t best = z[1] > z[0];
        best = z[2] > z[best] ? 2 : best;
        p->correct += (int32_t)best == batch->labels[row];
    }
    p->seen += batch->count;
}

static void an_evaluation_shows_every_prediction(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_score watched, plain;
    passing shown = {&p.dataset, 0, 0};
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &plain, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){&shown, see_predictions},
                                  &watched, NULL),
                     PMY_OK);
    assert_int_equal(shown.seen, COUNT);
    assert_int_equal(shown.correct, watched.correct);
    assert_int_equal(watched.correct, plain.correct);
    assert_true(watched.loss == plain.loss);
    pmy_training_free(training);
}

/* Also of the average, which is in the model only while it is looked at. */
static void an_evaluation_by_parts_is_the_whole(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.average_decay = 0.9;
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_step_report step;
    for (int i = 0; i < 5; i++)
        assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    pmy_score whole, parts = {0};
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &whole, NULL), PMY_OK);
    passing shown = {&p.dataset, 0, 0};
    size_t calls = 0;
    for (; parts.count < COUNT; calls++) {
        assert_int_equal(pmy_evaluate_next(training, &p.dataset,
                                           (pmy_predictions_watcher){&shown, see_predictions}, &parts, NULL),
                         PMY_OK);
        assert_int_equal(parts.count, shown.seen);
        assert_false(training->run.average->swapped);
    }
    assert_int_equal(calls, 10);
    assert_int_equal(whole.count, COUNT);
    assert_int_equal(parts.correct, whole.correct);
    assert_int_equal(shown.correct, whole.correct);
    assert_true(parts.loss == whole.loss);
    pmy_training_free(training);
}

static void a_rate_that_is_set_scales_the_course(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_step_report step;
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_int_equal(pmy_run_set_rate(&training->run, 0.03, NULL), PMY_OK);
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_true(fabs(step.learning_rate - 0.015 * (1 + cos(acos(-1) / 40))) < 1e-12);
    assert_true(training->run.recipe.learning_rate == 0.03);
    const double wrong[] = {0, -1, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pmy_error error;
        assert_int_equal(pmy_run_set_rate(&training->run, wrong[i], &error), PMY_BAD_ARGUMENT);
        assert_true(training->run.schedule.rate == 0.03);
    }
    pmy_training_free(training);
}

/* The loss of the first step is that of augmented pictures, of evaluation that of the pictures as they are;
 * both of normalised ones. */
static void steps_augment_and_evaluation_does_not(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_step_report step[3];
    pmy_score score[3];
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.batch = COUNT;
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            recipe.augmentation.shift = 2;
        if (i == 2)
            recipe.normalization = (pmy_normalization){0.5f, 0.25f};
        pmy_training *training = new_training(&recipe, &p, NULL);
        assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &score[i], NULL),
                         PMY_OK);
        assert_int_equal(pmy_training_step(training, &step[i], NULL), PMY_OK);
        pmy_training_free(training);
    }
    assert_true(fabs(step[0].loss - score[0].loss) < 1e-5);
    assert_true(score[1].loss == score[0].loss);
    assert_true(fabs(step[1].loss - step[0].loss) > 1e-3);
    assert_true(fabs(score[2].loss - score[0].loss) > 1e-3);
}

/* In the last epochs the loss of a step that changes next to nothing is that of the pictures as they are. */
static void last_epochs_do_not_augment(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_step_report step;
    pmy_score score;
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.batch = COUNT;
    recipe.epochs = 4;
    recipe.learning_rate = 1e-12;
    recipe.augmentation.shift = 2;
    recipe.unaugmented = 2;
    pmy_training *training = new_training(&recipe, &p, NULL);
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &score, NULL), PMY_OK);
    for (size_t epoch = 0; epoch < recipe.epochs; epoch++) {
        assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
        assert_int_equal(fabs(step.loss - score.loss) < 1e-5, epoch >= 2);
    }
    pmy_training_free(training);
    recipe.unaugmented = 5; /* more than there are */
    training = new_training(&recipe, &p, NULL);
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_true(fabs(step.loss - score.loss) < 1e-5);
    pmy_training_free(training);
}

/* What a witness of the steps and their models works out for itself. */
typedef struct reckoning {
    pmy_training *training;
    const pmy_dataset *validation;
    double decay, loss; /* loss: Σ over the epoch's examples */
    size_t seen;        /* of the epoch */
    double average[3 * SIDE * SIDE + 64];
    pmy_epoch_report epoch; /* the last */
} reckoning;

static bool reckon_step(void *context, const pmy_step_report *step)
{
    reckoning *r = context;
    if (step->seen < r->seen)
        r->loss = 0, r->seen = 0;
    r->loss += step->loss * (double)(step->seen - r->seen);
    r->seen = step->seen;
    pmy_parameters model = pmy_graph_parameters(r->training->classifier->graph);
    double rising = ((double)step->step - 1) / ((double)step->step + 9);
    double kept = rising < r->decay ? rising : r->decay;
    for (size_t i = 0; i < model.size; i++)
        r->average[i] = kept * r->average[i] + (1 - kept) * (double)model.values[i];
    return true;
}

/* The score of the average, by way of the model. */
static pmy_score score_of_average(reckoning *r)
{
    pmy_parameters model = pmy_graph_parameters(r->training->classifier->graph);
    pmy_real kept[3 * SIDE * SIDE + 64];
    pmy_score score;
    assert_true(model.size <= sizeof kept / sizeof *kept);
    memcpy(kept, model.values, model.size * sizeof *kept);
    for (size_t i = 0; i < model.size; i++)
        model.values[i] = (pmy_real)r->average[i];
    assert_int_equal(pmy_classifier_evaluate(r->training->classifier, r->validation,
                                             (pmy_predictions_watcher){0}, &score, NULL),
                     PMY_OK);
    memcpy(model.values, kept, model.size * sizeof *kept);
    return score;
}

static void keep_epoch(void *context, const pmy_epoch_report *epoch)
{
    reckoning *r = context;
    r->epoch = *epoch;
}

/* 300 examples in batches of 32 leave 12 for the last, which counts for as much. */
static void an_epochs_loss_is_the_mean_over_its_examples(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.epochs = 1;
    reckoning r = {.training = new_training(&recipe, &p, NULL)};
    assert_int_equal(
        pmy_train(r.training, &(pmy_dataset){0}, &(pmy_watcher){&r, reckon_step, keep_epoch}, NULL), PMY_OK);
    assert_int_equal(r.seen, COUNT);
    assert_true(fabs(r.epoch.train_loss - r.loss / COUNT) < 1e-12);
    pmy_training_free(r.training);
}

/* The average takes in the model that each step leaves; it is what is evaluated, after an epoch and by
 * pmy_evaluate, and what the run ends with. */
static void the_average_is_evaluated_and_left(void **state)
{
    (void)state;
    static pictures train, test;
    draw(&train, 1);
    draw(&test, 2);
    for (size_t epochs = 1; epochs <= 2; epochs++) {
        pmy_recipe recipe = recipe_for("linear 3");
        recipe.epochs = epochs;
        recipe.schedule = pmy_schedule_find("constant"); /* so that each step moves the model */
        recipe.average_decay = 0.95;
        reckoning r = {
            .training = new_training(&recipe, &train, NULL), .validation = &test.dataset, .decay = 0.95};
        pmy_score model, average, evaluated;
        /* All steps, but not the end of the run. */
        for (size_t step = 0; step < 10 * epochs; step++) {
            pmy_step_report report;
            assert_int_equal(pmy_training_step(r.training, &report, NULL), PMY_OK);
            assert_true(reckon_step(&r, &report));
        }
        average = score_of_average(&r);
        assert_int_equal(
            pmy_evaluate(r.training, &test.dataset, (pmy_predictions_watcher){0}, &evaluated, NULL), PMY_OK);
        assert_int_equal(pmy_classifier_evaluate(r.training->classifier, &test.dataset,
                                                 (pmy_predictions_watcher){0}, &model, NULL),
                         PMY_OK);
        assert_true(fabs(average.loss - evaluated.loss) < 1e-5);
        assert_true(fabs(average.loss - model.loss) > 1e-3);
        pmy_training_free(r.training);

        r.training = new_training(&recipe, &train, NULL);
        assert_int_equal(pmy_train(r.training, &test.dataset, &(pmy_watcher){&r, NULL, keep_epoch}, NULL),
                         PMY_OK);
        assert_true(r.epoch.validation.loss == evaluated.loss);
        pmy_parameters left = pmy_graph_parameters(r.training->classifier->graph);
        for (size_t i = 0; i < left.size; i++)
            assert_true(fabs((double)left.values[i] - r.average[i]) < 1e-6);
        assert_int_equal(
            pmy_evaluate(r.training, &test.dataset, (pmy_predictions_watcher){0}, &evaluated, NULL), PMY_OK);
        assert_true(r.epoch.validation.loss == evaluated.loss);
        pmy_training_free(r.training);
    }
}

/* A net that answers the same to every picture. */
static void answer(pmy_training *training, const double *logits /* [CLASSES] */)
{
    pmy_parameters all = pmy_graph_parameters(training->classifier->graph);
    memset(all.values, 0, all.size * sizeof *all.values);
    for (size_t k = 0; k < CLASSES; k++)
        pmy_value(pmy_find(training->classifier->graph, "1.bias")).data[k] = (pmy_real)logits[k];
}

static size_t count_labels(const pictures *p, int32_t label)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++)
        count += p->labels[i] == label;
    return count;
}

static void of_equal_logits_the_first_is_the_answer(void **state)
{
    (void)state;
    static const struct {
        double logits[CLASSES];
        int32_t first;
    } cases[] = {{{1, 1, 1}, 0}, {{0, 2, 2}, 1}, {{3, 0, 3}, 0}, {{-1, -1, 0}, 2}};
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pmy_score score;
        answer(training, cases[i].logits);
        assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &score, NULL),
                         PMY_OK);
        assert_int_equal(score.correct, count_labels(&p, cases[i].first));
    }
    pmy_training_free(training);
}

/* With the smoothing ε a label y costs −(1 − ε) log p_y − ε/K Σ_k log p_k. */
static void labels_are_smoothed_by_as_much_as_is_said(void **state)
{
    (void)state;
    static const double logits[CLASSES] = {1, 0, -2}, smoothing = 0.3;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.label_smoothing = smoothing;
    pmy_training *training = new_training(&recipe, &p, NULL);
    answer(training, logits);
    pmy_score score;
    assert_int_equal(pmy_evaluate(training, &p.dataset, (pmy_predictions_watcher){0}, &score, NULL), PMY_OK);
    const double log_sum = log(exp(logits[0]) + exp(logits[1]) + exp(logits[2]));
    const double mean_logit = (logits[0] + logits[1] + logits[2]) / CLASSES;
    double loss = 0;
    for (int32_t k = 0; k < CLASSES; k++)
        loss += (double)count_labels(&p, k) / COUNT *
                (log_sum - (1 - smoothing) * logits[k] - smoothing * mean_logit);
    assert_true(fabs(score.loss - loss) < 1e-6);
    pmy_training_free(training);
}

/* A recipe that does not mention a normalization has none; half of one is no normalization. */
static void a_normalization_is_whole_or_none(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    assert_true(training->classifier->facts.normalization.mean == 0);
    assert_true(training->classifier->facts.normalization.deviation == 1);
    pmy_training_free(training);
    static const pmy_normalization wrong[] = {{0.5f, 0}, {0, -1}, {NAN, 1}, {0, INFINITY}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pmy_error error;
        recipe.normalization = wrong[i];
        assert_int_equal(pmy_training_new(&recipe, &p.dataset, NULL, &training, &error), PMY_BAD_ARGUMENT);
        assert_non_null(strstr(error.message, "cannot be normalized"));
    }
}

static void a_watcher_can_stop_it(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_error error;
    pmy_recipe recipe = recipe_for(small_net);
    pmy_training *training = new_training(&recipe, &p, NULL);
    witness w = {.stop_after = 13};
    assert_int_equal(pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){&w, see_step, see_epoch}, &error),
                     PMY_STOPPED);
    assert_non_null(strstr(error.message, "step 13"));
    assert_int_equal(w.epoch.validation.count, 0);
    pmy_training_free(training);
}

static void a_run_can_be_taken_up_again(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for(small_net);
    witness whole = {0}, halves = {.stop_after = 33};
    pmy_training *training = new_training(&recipe, &p, NULL);
    assert_int_equal(
        pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){&whole, see_step, see_epoch}, NULL), PMY_OK);
    pmy_training_free(training);
    training = new_training(&recipe, &p, NULL);
    for (int i = 0; i < 2; i++, halves.stop_after = 0)
        assert_int_equal(
            pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){&halves, see_step, see_epoch}, NULL),
            i ? PMY_OK : PMY_STOPPED);
    assert_int_equal(halves.steps, whole.steps);
    assert_true(halves.epoch.train_loss == whole.epoch.train_loss);
    pmy_training_free(training);
}

static void a_loss_that_is_infinite_stops_it(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_error error;
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_tensor bias = pmy_value(pmy_find(training->classifier->graph, "1.bias"));
    bias.data[0] = 3e38f, bias.data[1] = -3e38f;
    pmy_step_report step;
    assert_int_equal(pmy_training_step(training, &step, &error), PMY_BAD_DATA);
    assert_non_null(strstr(error.message, "step 1: softmax_xent0: the loss is infinite"));
    pmy_training_free(training);
}

static void a_step_schedule_falls_after_each_third(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    recipe.schedule = pmy_schedule_find("step");
    recipe.batch = COUNT;
    recipe.epochs = 6;
    recipe.optim_options.momentum = 0;
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_node *bias = pmy_find(training->classifier->graph, "1.bias");
    for (int i = 0; i < 6; i++) {
        static const double rates[] = {0.1, 0.1, 0.01, 0.01, 0.001, 0.001};
        double before = (double)pmy_value(bias).data[0];
        pmy_step_report step;
        assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
        double moved = before - (double)pmy_value(bias).data[0];
        double expected = rates[i] * (double)pmy_gradient(bias).data[0];
        assert_true(fabs(moved - expected) <= 1e-7);
    }
    pmy_training_free(training);
}

static void a_loss_that_is_not_a_number_stops_it(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_error error;
    pmy_recipe recipe = recipe_for(small_net);
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_step_report step;
    assert_int_equal(pmy_training_step(training, &step, &error), PMY_OK);
    pmy_node *weight = pmy_find(training->classifier->graph, "4.weight");
    assert_non_null(weight);
    pmy_value(weight).data[5] = NAN;
    assert_int_equal(pmy_training_step(training, &step, &error), PMY_BAD_DATA);
    assert_non_null(strstr(error.message, "step 2: softmax_xent0, row 0"));
    assert_non_null(strstr(error.message, "4.weight"));
    pmy_training_free(training);
}

/* --- What is refused --------------------------------------------------------- */

static void expect_refused(pmy_recipe recipe, const pictures *p, pmy_status status, const char *words)
{
    pmy_error error;
    pmy_training *training = (pmy_training *)(uintptr_t)1;
    assert_int_equal(pmy_training_new(&recipe, &p->dataset, NULL, &training, &error), status);
    assert_null(training);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
}

static void wrong_recipes_are_refused(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 4");
    expect_refused(recipe, &p, PMY_BAD_NET, "4 outputs, but the data has 3 classes");
    recipe.net = "linear 3, what";
    expect_refused(recipe, &p, PMY_BAD_NET, "what");
    recipe = recipe_for("linear 3");
    recipe.epochs = 0;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "epoch");
    recipe = recipe_for("linear 3");
    recipe.epochs = SIZE_MAX;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "too many");
    recipe = recipe_for("linear 3");
    recipe.optim_options.momentum = -1;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "momentum");
    recipe = recipe_for("linear 3");
    recipe.label_smoothing = 2;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "smoothing");
    recipe = recipe_for("linear 3");
    recipe.learning_rate = -1;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "rate");
    recipe = recipe_for("linear 3");
    recipe.augmentation.shear = 11;
    expect_refused(recipe, &p, PMY_BAD_ARGUMENT, "shear");
}

static void other_pictures_are_refused(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    pmy_recipe recipe = recipe_for("linear 3");
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_error error;
    pmy_score score;
    pmy_dataset wider = p.dataset;
    wider.width = SIDE / 2;
    assert_int_equal(pmy_evaluate(training, &wider, (pmy_predictions_watcher){0}, &score, &error),
                     PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "1x8x4"));
    pmy_training_free(training);
}

static void wilsons_interval(void **state)
{
    (void)state;
    double low, high;
    pmy_wilson95(9866, 10000, &low, &high);
    assert_true(fabs(low - 0.98415227450567) < 1e-12 && fabs(high - 0.98867401827999) < 1e-12);
    pmy_wilson95(0, 10, &low, &high);
    assert_true(fabs(low) < 1e-12 && fabs(high - 0.27753279986289) < 1e-12);
}

/* --- Optimizers -------------------------------------------------------------- */

/* Muon has the weights of hidden layers alone; a convolution's are no matrix. */
static void muon_leaves_the_ends_to_adamw(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    static const struct {
        const char *net, *whole;
    } cases[] = {{"linear 8, relu, linear 7, relu, linear 6, linear 3", " 3.weight 5.weight"},
                 {"linear 8, [linear 8], linear 3, batchnorm", " 2.0.weight"},
                 {"conv 2 3, relu, linear 9, relu, linear 3", " 3.weight"},
                 {"linear 3", ""}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        pmy_recipe recipe = recipe_for(cases[c].net);
        recipe.optim = &pmy_optim_muon;
        recipe.optim_options = recipe.optim->defaults;
        pmy_training *training = new_training(&recipe, &p, NULL);
        const pmy_optim *optim = training->run.optim;
        char whole[100] = "";
        for (size_t t = 0; t < optim->tensors; t++)
            if (optim->tensor[t].whole)
                (void)strcat(strcat(whole, " "), pmy_node_name(optim->tensor[t].parameter));
        assert_string_equal(whole, cases[c].whole);
        pmy_training_free(training);
    }
}

/* --- Threads and memory ------------------------------------------------------ */

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    static const char *const optims[] = {"sgd", "adam", "adamw", "muon"};
    for (size_t o = 0; o < sizeof optims / sizeof *optims; o++) {
        pmy_real *first = NULL;
        for (unsigned threads = 1; threads <= 4; threads++) {
            pmy_pool *pool;
            assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
            pmy_recipe recipe = recipe_for("linear 300, gelu, linear 200, relu, dropout 0.2, linear 3");
            recipe.optim = pmy_optim_find(optims[o]);
            recipe.optim_options = recipe.optim->defaults;
            recipe.learning_rate = 0.01;
            recipe.augmentation = (pmy_augmentation){.shift = 1, .elastic = 0.5, .cutout = 2};
            recipe.clip = 0.5;
            pmy_training *training = new_training(&recipe, &p, pool);
            assert_int_equal(pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){0}, NULL), PMY_OK);
            pmy_parameters all = pmy_graph_parameters(training->classifier->graph);
            size_t bytes = all.size * sizeof *all.values;
            if (!first)
                first = memcpy(malloc(bytes), all.values, bytes);
            assert_memory_equal(first, all.values, bytes);
            pmy_training_free(training);
            pmy_pool_free(pool);
        }
        free(first);
    }
}

static void a_step_asks_for_no_memory(void **state)
{
    (void)state;
    if (!ALLOCATIONS_ARE_COUNTED)
        skip();
    static pictures p;
    draw(&p, 1);
    static const char *const optims[] = {"sgd", "adamw", "muon"};
    for (size_t o = 0; o < sizeof optims / sizeof *optims; o++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(2, &pool, NULL), PMY_OK);
        pmy_recipe recipe = recipe_for("linear 512, relu, linear 512, relu, linear 3");
        recipe.optim = pmy_optim_find(optims[o]);
        recipe.optim_options = recipe.optim->defaults;
        recipe.augmentation = (pmy_augmentation){.rotation = 5, .elastic = 0.5, .cutout = 2};
        recipe.clip = 0.5;
        pmy_training *training = new_training(&recipe, &p, pool);
        pmy_step_report step;
        assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
        size_t before = allocations();
        /* Over the end of an epoch, with its smaller batch and its new order. */
        for (int i = 0; i < 25; i++)
            assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
        assert_int_equal(step.epoch, 3);
        assert_int_equal(allocations() - before, 0);
        pmy_training_free(training);
        pmy_pool_free(pool);
    }
}

/* 300 examples leave one for the last batch of 23. */
static void a_batch_too_small_for_batchnorm_is_refused_before_training(void **state)
{
    (void)state;
    static const struct {
        const char *net;
        size_t batch;
        bool refused;
    } cases[] = {
        {"linear 5, batchnorm, linear 3", 23, true},     {"linear 5, batchnorm, linear 3", 1, true},
        {"linear 5, batchnorm, linear 3", 32, false},    {"linear 5, batchnorm, linear 3", 30, false},
        {"conv 2 3, batchnorm, linear 3", 23, false},    {"linear 3", 1, false},
        {"conv 2 3, gap, batchnorm, linear 3", 1, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static pictures p;
        pmy_error error;
        pmy_training *training;
        draw(&p, 1);
        pmy_recipe recipe = recipe_for(cases[i].net);
        recipe.batch = cases[i].batch;
        pmy_status status = pmy_training_new(&recipe, &p.dataset, NULL, &training, &error);
        assert_int_equal(status, cases[i].refused ? PMY_BAD_ARGUMENT : PMY_OK);
        if (cases[i].refused)
            assert_non_null(strstr(error.message, "one has 1, but batchnorm needs 2"));
        pmy_training_free(training);
    }
}

int main(void)
{
    pmy_blas_single_threaded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_learns_and_reports),
        cmocka_unit_test(evaluation_counts_each_example_once),
        cmocka_unit_test(an_evaluation_shows_every_prediction),
        cmocka_unit_test(an_evaluation_by_parts_is_the_whole),
        cmocka_unit_test(a_rate_that_is_set_scales_the_course),
        cmocka_unit_test(steps_augment_and_evaluation_does_not),
        cmocka_unit_test(last_epochs_do_not_augment),
        cmocka_unit_test(an_epochs_loss_is_the_mean_over_its_examples),
        cmocka_unit_test(the_average_is_evaluated_and_left),
        cmocka_unit_test(of_equal_logits_the_first_is_the_answer),
        cmocka_unit_test(labels_are_smoothed_by_as_much_as_is_said),
        cmocka_unit_test(a_normalization_is_whole_or_none),
        cmocka_unit_test(a_watcher_can_stop_it),
        cmocka_unit_test(a_run_can_be_taken_up_again),
        cmocka_unit_test(a_step_schedule_falls_after_each_third),
        cmocka_unit_test(a_loss_that_is_infinite_stops_it),
        cmocka_unit_test(a_loss_that_is_not_a_number_stops_it),
        cmocka_unit_test(wrong_recipes_are_refused),
        cmocka_unit_test(other_pictures_are_refused),
        cmocka_unit_test(a_batch_too_small_for_batchnorm_is_refused_before_training),
        cmocka_unit_test(wilsons_interval),
        cmocka_unit_test(muon_leaves_the_ends_to_adamw),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(a_step_asks_for_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
