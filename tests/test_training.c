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
    assert_int_equal(pmy_evaluate(training, &test.dataset, &score, NULL), PMY_OK);
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
    assert_int_equal(pmy_evaluate(training, &p.dataset, &all, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate(training, &front, &front_score, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate(training, &back, &back_score, NULL), PMY_OK);
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
    assert_int_equal(pmy_evaluate(training, &p.dataset, &plain, NULL), PMY_OK);
    assert_int_equal(pmy_evaluate_watched(training, &p.dataset,
                                          (pmy_predictions_watcher){&shown, see_predictions}, &watched, NULL),
                     PMY_OK);
    assert_int_equal(shown.seen, COUNT);
    assert_int_equal(shown.correct, watched.correct);
    assert_int_equal(watched.correct, plain.correct);
    assert_true(watched.loss == plain.loss);
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
        assert_int_equal(pmy_evaluate(training, &p.dataset, &score[i], NULL), PMY_OK);
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
    assert_int_equal(pmy_evaluate(training, &p.dataset, &score, NULL), PMY_OK);
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
    pmy_tensor bias = pmy_value(pmy_find(pmy_training_graph(training), "1.bias"));
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
    pmy_node *bias = pmy_find(pmy_training_graph(training), "1.bias");
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
    pmy_node *weight = pmy_find(pmy_training_graph(training), "4.weight");
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
    assert_int_equal(pmy_evaluate(training, &wider, &score, &error), PMY_BAD_ARGUMENT);
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

/* --- Threads and memory ------------------------------------------------------ */

static void the_same_bits_on_any_number_of_threads(void **state)
{
    (void)state;
    static pictures p;
    draw(&p, 1);
    static const char *const optims[] = {"sgd", "adam", "adamw"};
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
            pmy_training *training = new_training(&recipe, &p, pool);
            assert_int_equal(pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){0}, NULL), PMY_OK);
            pmy_parameters all = pmy_graph_parameters(pmy_training_graph(training));
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
    static const char *const optims[] = {"sgd", "adamw"};
    for (size_t o = 0; o < sizeof optims / sizeof *optims; o++) {
        pmy_pool *pool;
        assert_int_equal(pmy_pool_new(2, &pool, NULL), PMY_OK);
        pmy_recipe recipe = recipe_for("linear 512, relu, linear 512, relu, linear 3");
        recipe.optim = pmy_optim_find(optims[o]);
        recipe.optim_options = recipe.optim->defaults;
        recipe.augmentation = (pmy_augmentation){.rotation = 5, .elastic = 0.5, .cutout = 2};
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
        cmocka_unit_test(steps_augment_and_evaluation_does_not),
        cmocka_unit_test(last_epochs_do_not_augment),
        cmocka_unit_test(a_watcher_can_stop_it),
        cmocka_unit_test(a_run_can_be_taken_up_again),
        cmocka_unit_test(a_step_schedule_falls_after_each_third),
        cmocka_unit_test(a_loss_that_is_infinite_stops_it),
        cmocka_unit_test(a_loss_that_is_not_a_number_stops_it),
        cmocka_unit_test(wrong_recipes_are_refused),
        cmocka_unit_test(other_pictures_are_refused),
        cmocka_unit_test(a_batch_too_small_for_batchnorm_is_refused_before_training),
        cmocka_unit_test(wilsons_interval),
        cmocka_unit_test(the_same_bits_on_any_number_of_threads),
        cmocka_unit_test(a_step_asks_for_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
