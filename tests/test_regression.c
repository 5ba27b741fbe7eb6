/* Also in double. */
/* Runs on tables: numbers learned from numbers, what is said of them, kept of them and refused. */
#include "io/safetensors.h"
#include "train/checkpoint.h"
#include "train/training.h"

#include "folder.h"
#include "training_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 240, WIDTH = 3, TARGETS = 2 };

/* The second column differs in the fifth digit alone, the third nowhere; targets follow from the columns, and
 * are far from 0 and from each other. */
typedef struct table {
    float x[ROWS * WIDTH], y[ROWS * TARGETS];
    int32_t labels[ROWS];
    pmy_dataset dataset;
} table;

static void draw_table(table *t, uint64_t seed)
{
    pmy_random random = {.seed = seed};
    for (size_t row = 0; row < ROWS; row++) {
        float *x = t->x + row * WIDTH, *y = t->y + row * TARGETS;
        int fifth = (int)pmy_random_below(&random, 10);
        x[0] = (float)pmy_random_below(&random, 1000);
        x[1] = 1.2345f + (float)fifth * 1e-5f;
        x[2] = 7;
        y[0] = 1000 + 50 * (float)fifth;
        y[1] = 1e-3f * x[0] - 1;
        t->labels[row] = fifth >= 5;
    }
    t->dataset =
        (pmy_dataset){.reals = t->x, .targets = t->y, .count = ROWS, .width = WIDTH, .target_width = TARGETS};
}

static pmy_recipe table_recipe(const char *net, const char *loss)
{
    pmy_recipe recipe = recipe_for(net);
    recipe.by_column = true;
    recipe.loss = loss ? pmy_loss_kind_find(loss) : NULL;
    recipe.epochs = 20;
    return recipe;
}

static pmy_training *training_on(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_pool *pool)
{
    pmy_error error;
    pmy_training *training;
    if (pmy_training_new(recipe, dataset, pool, &training, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return training;
}

static pmy_training *trained(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_pool *pool)
{
    pmy_error error;
    pmy_training *training = training_on(recipe, dataset, pool);
    if (pmy_train(training, &(pmy_dataset){0}, &(pmy_watcher){0}, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return training;
}

static pmy_score score_of(pmy_training *training, const pmy_dataset *dataset)
{
    pmy_error error;
    pmy_score score;
    if (pmy_evaluate(training, dataset, (pmy_predictions_watcher){0}, &score, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return score;
}

static void expect_same_parameters(const pmy_training *a, const pmy_training *b)
{
    pmy_parameters p = pmy_graph_parameters(a->classifier->graph),
                   q = pmy_graph_parameters(b->classifier->graph);
    assert_int_equal(p.size, q.size);
    assert_memory_equal(p.values, q.values, p.size * sizeof *p.values);
}

/* --- Learning --------------------------------------------------------------- */

static void numbers_are_learned(void **state)
{
    (void)state;
    static table train, test;
    draw_table(&train, 1);
    draw_table(&test, 2);
    for (size_t i = 0; i < 2; i++) {
        pmy_recipe recipe = table_recipe("linear 2", i ? "huber" : NULL);
        pmy_training *training = trained(&recipe, &train.dataset, NULL);
        assert_string_equal(training->classifier->facts.loss->name, i ? "huber" : "mse");
        pmy_score score = score_of(training, &test.dataset);
        assert_int_equal(score.count, ROWS);
        assert_int_equal(score.correct, 0);
        assert_true(pmy_r_squared(&score, &test.dataset) > 0.999);
        pmy_training_free(training);
    }
}

/* Also classes, of which nothing but the fifth digit tells. */
static void classes_are_learned_from_numbers(void **state)
{
    (void)state;
    static table train;
    draw_table(&train, 1);
    train.dataset.targets = NULL;
    train.dataset.labels = train.labels;
    train.dataset.classes = 2;
    pmy_recipe recipe = table_recipe("linear 2", "softmax");
    pmy_training *training = trained(&recipe, &train.dataset, NULL);
    pmy_score score = score_of(training, &train.dataset);
    assert_true(score.correct > ROWS * 98 / 100);
    assert_true(score.squared_error == 0);
    pmy_training_free(training);
}

/* What the loss of a step and a score are, by hand. */
static void scores_are_in_the_units_of_targets(void **state)
{
    (void)state;
    static table t;
    draw_table(&t, 3);
    pmy_recipe recipe = table_recipe("linear 2", "mse");
    recipe.batch = ROWS;
    pmy_training *training = training_on(&recipe, &t.dataset, NULL);
    static pmy_real predicted[ROWS * TARGETS];
    pmy_error error;
    if (pmy_classifier_predict(training->classifier, &t.dataset, predicted, &error) != PMY_OK)
        fail_msg("%s", error.message);
    double errors = 0, around = 0, loss = 0, huber = 0;
    for (size_t k = 0; k < TARGETS; k++) {
        double mean = 0, squares = 0;
        for (size_t row = 0; row < ROWS; row++)
            mean += (double)t.y[row * TARGETS + k] / ROWS;
        for (size_t row = 0; row < ROWS; row++) {
            double of = (double)t.y[row * TARGETS + k] - mean;
            squares += of * of;
        }
        for (size_t row = 0; row < ROWS; row++) {
            double off = (double)predicted[row * TARGETS + k] - (double)t.y[row * TARGETS + k];
            errors += off * off;
            double deviations = fabs(off) / sqrt(squares / ROWS);
            loss += deviations * deviations / (ROWS * TARGETS);
            huber += (deviations > 1 ? deviations - 0.5 : deviations * deviations / 2) / (ROWS * TARGETS);
        }
        around += squares;
    }
    pmy_score score = score_of(training, &t.dataset);
    assert_true(fabs(score.squared_error / errors - 1) < 1e-9);
    assert_true(fabs(score.loss / loss - 1) < 1e-4);
    assert_true(fabs(pmy_root_mean_squared_error(&score, &t.dataset) / sqrt(errors / (ROWS * TARGETS)) - 1) <
                1e-9);
    assert_true(fabs(pmy_r_squared(&score, &t.dataset) - (1 - errors / around)) <
                1e-9 * (1 + errors / around));
    pmy_step_report step;
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_true(fabs(step.loss / loss - 1) < 1e-4);
    pmy_training_free(training);
    recipe.loss = pmy_loss_kind_find("huber");
    training = training_on(&recipe, &t.dataset, NULL);
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_true(fabs(step.loss / huber - 1) < 1e-4);
    pmy_training_free(training);
    /* Targets that are all the same have no R². */
    for (size_t i = 0; i < ROWS * TARGETS; i++)
        t.y[i] = 5;
    assert_true(isnan(pmy_r_squared(&score, &t.dataset)));
}

/* A watcher sees all predictions in order, a batch at a time, and those are what is predicted. */
typedef struct passing {
    const table *table;
    const pmy_real *predicted; /* [ROWS, TARGETS] */
    size_t seen;
} passing;

static void see_predictions(void *context, const pmy_predictions *batch)
{
    passing *p = context;
    assert_int_equal(batch->first, p->seen);
    assert_int_equal(batch->target_width, TARGETS);
    assert_int_equal(batch->classes, 0);
    assert_null(batch->labels);
    assert_ptr_equal(batch->targets, p->table->y + p->seen * TARGETS);
    assert_memory_equal(batch->predicted, p->predicted + p->seen * TARGETS,
                        batch->count * TARGETS * sizeof *batch->predicted);
    p->seen += batch->count;
}

static void every_prediction_is_shown(void **state)
{
    (void)state;
    static table t;
    static pmy_real predicted[ROWS * TARGETS];
    draw_table(&t, 1);
    pmy_recipe recipe = table_recipe("linear 5, relu, linear 2", NULL);
    recipe.epochs = 2;
    pmy_training *training = trained(&recipe, &t.dataset, NULL);
    pmy_dataset bare = t.dataset; /* nobody needs to know what is right */
    bare.targets = NULL, bare.target_width = 0;
    assert_int_equal(pmy_classifier_predict(training->classifier, &bare, predicted, NULL), PMY_OK);
    passing shown = {&t, predicted, 0};
    pmy_score score;
    assert_int_equal(
        pmy_evaluate(training, &t.dataset, (pmy_predictions_watcher){&shown, see_predictions}, &score, NULL),
        PMY_OK);
    assert_int_equal(shown.seen, ROWS);
    pmy_training_free(training);
}

/* --- Bits ------------------------------------------------------------------- */

/* Reals that are what bytes stand for are the same pictures. In a wider scalar a byte's 255th has more digits
 * than a float. */
static void bytes_and_their_reals_are_the_same(void **state)
{
    (void)state;
    static pictures p;
    static float reals[COUNT * SIDE * SIDE];
    draw(&p, 1);
    for (size_t i = 0; i < COUNT * SIDE * SIDE; i++)
        reals[i] = (float)p.images[i] / 255;
    pmy_dataset of_reals = p.dataset;
    of_reals.images = NULL, of_reals.reals = reals;
    pmy_recipe recipe = recipe_for("conv 4 3, relu, linear 3");
    recipe.normalization = (pmy_normalization){(pmy_real)0.1307, (pmy_real)0.3081};
    pmy_training *a = trained(&recipe, &p.dataset, NULL), *b = trained(&recipe, &of_reals, NULL);
    if (sizeof(pmy_real) == sizeof(float))
        expect_same_parameters(a, b);
    pmy_score one = score_of(a, &of_reals), other = score_of(b, &p.dataset);
    assert_int_equal(one.correct, other.correct);
    assert_true(fabs(one.loss - other.loss) < 1e-5);
    pmy_training_free(a);
    pmy_training_free(b);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    static table t;
    draw_table(&t, 1);
    pmy_recipe recipe = table_recipe("linear 16, gelu, linear 2", NULL);
    recipe.epochs = 3;
    pmy_training *alone = trained(&recipe, &t.dataset, NULL);
    pmy_pool *pool;
    assert_int_equal(pmy_pool_new(3, &pool, NULL), PMY_OK);
    pmy_training *three = trained(&recipe, &t.dataset, pool);
    expect_same_parameters(alone, three);
    pmy_training_free(three);
    pmy_training_free(alone);
    pmy_pool_free(pool);
}

/* --- Files ------------------------------------------------------------------ */

static const char *saved_model(test_folder *folder, const table *t, pmy_real *predicted /* [ROWS, TARGETS] */)
{
    const char *path = folder_file(folder, "table.safetensors");
    pmy_recipe recipe = table_recipe("linear 5, relu, linear 2", "huber");
    recipe.epochs = 2;
    pmy_training *training = trained(&recipe, &t->dataset, NULL);
    pmy_error error;
    if (pmy_classifier_predict(training->classifier, &t->dataset, predicted, &error) != PMY_OK ||
        pmy_model_save(path, &training->classifier->facts, training->classifier->graph, &error) != PMY_OK)
        fail_msg("%s", error.message);
    pmy_training_free(training);
    return path;
}

static void a_model_file_keeps_it_all(void **state)
{
    static table t;
    static pmy_real before[ROWS * TARGETS], after[ROWS * TARGETS];
    draw_table(&t, 1);
    const char *path = saved_model(*state, &t, before);
    pmy_classifier *loaded;
    pmy_error error;
    if (pmy_classifier_load(path, NULL, NULL, NULL, &loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    const pmy_model_facts *facts = &loaded->facts;
    assert_string_equal(facts->loss->name, "huber");
    assert_int_equal(facts->targets, TARGETS);
    assert_int_equal(facts->classes, 0);
    assert_true(pmy_shape_equal(facts->net.input, PMY_SHAPE(1, WIDTH)));
    assert_true(facts->columns[2].mean == 7 && facts->columns[2].deviation == 1);
    assert_int_equal(pmy_classifier_predict(loaded, &t.dataset, after, NULL), PMY_OK);
    assert_memory_equal(before, after, sizeof before);
    pmy_classifier_free(loaded);
}

/* One normalization of all columns, and targets as they are: what no run has made. */
static void facts_need_no_columns(void **state)
{
    const char *path = folder_file(*state, "plain.safetensors");
    pmy_model_facts facts = {.normalization = {(pmy_real)0.5, 2}, .targets = 1};
    pmy_classifier *made, *loaded = NULL;
    pmy_error error;
    assert_int_equal(pmy_net_read("linear 1", PMY_SHAPE(4), &facts.net, NULL), PMY_OK);
    facts.loss = pmy_loss_kind_find("mse");
    assert_int_equal(pmy_classifier_new(&facts, &(pmy_classifier_options){.batch = 2}, NULL, &made, NULL),
                     PMY_OK);
    if (pmy_model_save(path, &facts, made->graph, &error) != PMY_OK ||
        pmy_classifier_load(path, NULL, NULL, NULL, &loaded, &error) != PMY_OK)
        fail_msg("%s", error.message);
    assert_null(loaded->facts.columns);
    assert_null(loaded->facts.target);
    assert_true(loaded->facts.normalization.mean == (pmy_real)0.5);
    pmy_classifier_free(loaded);
    /* What could not be opened again is not saved. */
    facts.loss = NULL;
    assert_int_equal(pmy_model_save(path, &facts, made->graph, &error), PMY_BAD_ARGUMENT);
    facts.loss = pmy_loss_kind_find("softmax");
    assert_int_equal(pmy_model_save(path, &facts, made->graph, &error), PMY_BAD_ARGUMENT);
    facts.loss = pmy_loss_kind_find("huber"), facts.targets = 2;
    assert_int_equal(pmy_model_save(path, &facts, made->graph, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "does not end in its 2 targets"));
    facts.targets = 1;
    const pmy_normalization bad = {0, -1};
    facts.target = &bad;
    assert_int_equal(pmy_model_save(path, &facts, made->graph, &error), PMY_BAD_ARGUMENT);
    pmy_classifier_free(made);
}

/* The file with one entry of its metadata changed; a NULL text takes it away. */
static void write_changed(const char *path, const char *to, const char *key, const char *text)
{
    pmy_file file;
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    for (size_t i = 0; i < contents.notes; i++)
        if (strcmp(contents.note[i].key, key) == 0)
            contents.note[i] = (pmy_safetensors_note){text ? key : "gone", text ? text : ""};
    assert_int_equal(pmy_safetensors_write(to, &contents, NULL), PMY_OK);
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
}

static void broken_files_are_refused(void **state)
{
    static const struct {
        const char *key, *text, *words;
    } cases[] = {
        {"pmy.loss", NULL, "no pmy.loss"},
        {"pmy.loss", "mae", "its pmy.loss 'mae' is none of 2 targets"},
        {"pmy.loss", "softmax", "its pmy.loss 'softmax' is none"},
        {"pmy.targets", "3", "does not end in its 3 targets"},
        {"pmy.targets", "0", "is none of 0 targets"},
        {"pmy.targets", "99999999999999999999", "is no whole number"},
        {"pmy.mean", "1 2", "is no list of finite numbers, one a column"},
        {"pmy.mean", "1 ", "its pmy.mean lacks numbers"},
        {"pmy.mean", "1 2 3 4", "is no list of finite numbers"},
        {"pmy.mean", "1 2  3", "is no list"},
        {"pmy.mean", "1 2 nan", "is no list"},
        {"pmy.mean", "7", "its pmy.std"},
        {"pmy.std", "1 2 0", "its pmy.std is not above 0"},
        {"pmy.std", NULL, "no pmy.std"},
        {"pmy.target_mean", "1", "its pmy.target_mean lacks numbers"},
        {"pmy.target_mean", "12 ", "is no list"},
        {"pmy.target_std", "1 -1", "its pmy.target_std is not above 0"},
        {"pmy.target_std", NULL, "no pmy.target_std"},
        {"pmy.input", "2", "is no list of finite numbers"},
        {"pmy.input", "1000x1000x10", "its pmy.mean lacks numbers"},
    };
    static table t;
    static pmy_real predicted[ROWS * TARGETS];
    draw_table(&t, 1);
    char whole[512];
    (void)snprintf(whole, sizeof whole, "%s", saved_model(*state, &t, predicted));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = folder_file(*state, "changed.safetensors");
        pmy_classifier *loaded;
        pmy_error error = {0};
        write_changed(whole, path, cases[i].key, cases[i].text);
        assert_int_equal(pmy_classifier_load(path, NULL, NULL, NULL, &loaded, &error), PMY_BAD_FILE);
        if (strncmp(error.message, path, strlen(path)) != 0 || !strstr(error.message, cases[i].words))
            fail_msg("%s = '%s': '%s' does not say '%s'", cases[i].key, cases[i].text ? cases[i].text : "",
                     error.message, cases[i].words);
    }
}

static bool stop_at_13(void *context, const pmy_step_report *step)
{
    (void)context;
    return step->step != 13;
}

static void expect_other_run(const pmy_recipe *recipe, const pmy_dataset *dataset, const char *path,
                             const char *words)
{
    pmy_error error = {0};
    pmy_training *training = training_on(recipe, dataset, NULL);
    assert_int_equal(pmy_checkpoint_resume(&training->run, path, &error), PMY_BAD_FILE);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
    pmy_training_free(training);
}

static void an_interrupted_run_ends_the_same(void **state)
{
    static table t;
    draw_table(&t, 1);
    const char *path = folder_file(*state, "run.checkpoint");
    pmy_recipe recipe = table_recipe("linear 5, relu, linear 2", NULL);
    recipe.epochs = 4;
    pmy_training *whole = trained(&recipe, &t.dataset, NULL);
    pmy_training *first = training_on(&recipe, &t.dataset, NULL);
    assert_int_equal(pmy_train(first, &(pmy_dataset){0}, &(pmy_watcher){NULL, stop_at_13, NULL}, NULL),
                     PMY_STOPPED);
    assert_int_equal(pmy_checkpoint_save(&first->run, NULL, path, NULL), PMY_OK);
    pmy_training_free(first);
    pmy_training *rest = training_on(&recipe, &t.dataset, NULL);
    pmy_error error;
    if (pmy_checkpoint_resume(&rest->run, path, &error) != PMY_OK ||
        pmy_train(rest, &(pmy_dataset){0}, &(pmy_watcher){0}, &error) != PMY_OK)
        fail_msg("%s", error.message);
    expect_same_parameters(whole, rest);
    pmy_training_free(whole);
    pmy_training_free(rest);

    pmy_recipe other = recipe;
    other.loss = pmy_loss_kind_find("huber");
    expect_other_run(&other, &t.dataset, path, "its loss is 'mse', but here 'huber'");
    other = recipe, other.by_column = false;
    expect_other_run(&other, &t.dataset, path, "its normalization by column is '1', but here ''");
    pmy_dataset fewer = t.dataset;
    fewer.count--;
    expect_other_run(&recipe, &fewer, path, "its pictures is '240 of 3, reals, in 2 targets'");
    t.x[ROWS * WIDTH - 2] = 6;
    expect_other_run(&recipe, &t.dataset, path, "its checksum of the pictures is");
    draw_table(&t, 1);
    t.y[100] += 1;
    expect_other_run(&recipe, &t.dataset, path, "its checksum of the pictures is");
}

/* --- What is refused -------------------------------------------------------- */

static void expect_no_training(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_status status,
                               const char *words)
{
    pmy_training *training;
    pmy_error error = {0};
    assert_int_equal(pmy_training_new(recipe, dataset, NULL, &training, &error), status);
    assert_null(training);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
}

static void what_cannot_be_learned_is_refused(void **state)
{
    (void)state;
    static table t;
    draw_table(&t, 1);
    pmy_recipe recipe = table_recipe("linear 2", NULL), wrong = recipe;
    wrong.loss = pmy_loss_kind_find("softmax");
    expect_no_training(&wrong, &t.dataset, PMY_BAD_ARGUMENT,
                       "the loss softmax is of classes, but the data has numbers as targets");
    wrong = recipe, wrong.net = "linear 3";
    expect_no_training(&wrong, &t.dataset, PMY_BAD_NET,
                       "the net ends in 3 outputs, but the data has 2 targets");
    wrong = recipe, wrong.net = "conv 3 3, linear 2";
    expect_no_training(&wrong, &t.dataset, PMY_BAD_NET, "");
    wrong = recipe, wrong.augmentation.shift = 1;
    expect_no_training(&wrong, &t.dataset, PMY_BAD_ARGUMENT, "the examples are 3 numbers each");
    pmy_dataset other = t.dataset;
    other.targets = NULL;
    expect_no_training(&recipe, &other, PMY_BAD_ARGUMENT, "without labels or targets");
    other.labels = t.labels, other.classes = 2, wrong = recipe;
    wrong.loss = pmy_loss_kind_find("mse");
    expect_no_training(&wrong, &other, PMY_BAD_ARGUMENT,
                       "the loss mse is of numbers, but the data has classes");
    other = t.dataset, other.count = 0;
    expect_no_training(&recipe, &other, PMY_BAD_ARGUMENT, "an example in a batch, at least");
    t.x[WIDTH * 17 + 1] = (float)NAN;
    expect_no_training(&recipe, &t.dataset, PMY_BAD_DATA, "example 17, column 1");
}

static void expect_no_score(pmy_training *training, const pmy_dataset *dataset, pmy_status status,
                            const char *words)
{
    pmy_score score;
    pmy_error error = {0};
    assert_int_equal(pmy_evaluate(training, dataset, (pmy_predictions_watcher){0}, &score, &error), status);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
}

static void what_cannot_be_judged_is_refused(void **state)
{
    (void)state;
    static table t;
    static pictures p;
    static pmy_real predicted[ROWS * TARGETS];
    draw_table(&t, 1);
    draw(&p, 1);
    pmy_recipe recipe = table_recipe("linear 2", NULL);
    pmy_training *training = training_on(&recipe, &t.dataset, NULL);
    pmy_error error;
    pmy_dataset other = t.dataset;
    other.targets = NULL;
    expect_no_score(training, &other, PMY_BAD_ARGUMENT, "with 0 targets, but the model has 2");
    other = t.dataset, other.target_width = 1;
    expect_no_score(training, &other, PMY_BAD_ARGUMENT, "with 1 targets, but the model has 2");
    other = t.dataset, other.width = 2;
    expect_no_score(training, &other, PMY_BAD_ARGUMENT, "examples of 2, but the model takes 3");
    expect_no_score(training, &p.dataset, PMY_BAD_ARGUMENT, "with 0 targets");
    assert_int_equal(pmy_classifier_predict(training->classifier, &other, predicted, NULL), PMY_BAD_ARGUMENT);
    /* A bad number is named when it is reached, in the examples that are asked for. */
    t.y[TARGETS * 239] = (float)INFINITY;
    expect_no_score(training, &t.dataset, PMY_BAD_DATA, "example 239, target 0");
    pmy_training_free(training);
    recipe = recipe_for("linear 3");
    training = training_on(&recipe, &p.dataset, NULL);
    expect_no_score(training, &t.dataset, PMY_BAD_ARGUMENT, "with 2 targets, but the model has 0");
    other = p.dataset, other.labels = NULL;
    assert_int_equal(pmy_evaluate(training, &other, (pmy_predictions_watcher){0}, &(pmy_score){0}, &error),
                     PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "without labels"));
    pmy_training_free(training);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_learned),
        cmocka_unit_test(classes_are_learned_from_numbers),
        cmocka_unit_test(scores_are_in_the_units_of_targets),
        cmocka_unit_test(every_prediction_is_shown),
        cmocka_unit_test(bytes_and_their_reals_are_the_same),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test_setup_teardown(a_model_file_keeps_it_all, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(facts_need_no_columns, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(broken_files_are_refused, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(an_interrupted_run_ends_the_same, folder_new, folder_remove),
        cmocka_unit_test(what_cannot_be_learned_is_refused),
        cmocka_unit_test(what_cannot_be_judged_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
