/* Checkpoints: a run that was interrupted anywhere ends as one that was not, to the last bit. */
#include "io/safetensors.h"
#include "train/checkpoint.h"

#include "folder.h"
#include "training_data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 40, EPOCHS = 4 };

/* Everything that has a state: dropout's and augmentation's random numbers, batchnorm's statistics, the
 * optimizer's vectors. */
static const char stateful_net[] = "linear 24, batchnorm, relu, dropout 0.2, linear 3";

/* What a run did: each step, each epoch, and the numbers it ended with. */
typedef struct history {
    double loss[STEPS], epoch_loss[EPOCHS];
    size_t epoch_correct[EPOCHS];
    double seconds;
    uint64_t stop_after; /* 0: not at all */
} history;

static bool keep_step(void *context, const pmy_step_report *step)
{
    history *h = context;
    h->loss[step->step - 1] = step->loss;
    h->seconds = step->seconds;
    return step->step != h->stop_after;
}

static void keep_epoch(void *context, const pmy_epoch_report *epoch)
{
    history *h = context;
    h->epoch_loss[epoch->epoch - 1] = epoch->train_loss;
    h->epoch_correct[epoch->epoch - 1] = epoch->train_correct;
}

static pmy_status run(pmy_training *training, history *h)
{
    const pmy_watcher watcher = {h, keep_step, keep_epoch};
    return pmy_train(training, &(pmy_dataset){0}, &watcher, NULL);
}

static void resume(pmy_training *training, const char *path)
{
    pmy_error error;
    if (pmy_checkpoint_resume(&training->run, path, &error) != PMY_OK)
        fail_msg("%s", error.message);
}

static void expect_same_numbers(const pmy_training *a, const pmy_training *b)
{
    pmy_parameters p = pmy_graph_parameters(a->classifier->graph),
                   q = pmy_graph_parameters(b->classifier->graph);
    pmy_statistics s = pmy_graph_statistics(a->classifier->graph),
                   t = pmy_graph_statistics(b->classifier->graph);
    assert_int_equal(p.size, q.size);
    assert_int_equal(s.size, t.size);
    assert_memory_equal(p.values, q.values, p.size * sizeof *p.values);
    assert_memory_equal(s.values, t.values, s.size * sizeof *s.values);
}

/* A run that stops after that step, and another one, made anew, that goes on from its checkpoint. */
static void interrupt_at(uint64_t step, const pmy_recipe *recipe, const pictures *p, pmy_pool *pool,
                         const char *path, const pmy_training *whole, const history *uninterrupted)
{
    history h = {.stop_after = step};
    pmy_training *first = new_training(recipe, p, pool), *second = new_training(recipe, p, pool);
    assert_int_equal(run(first, &h), PMY_STOPPED);
    assert_int_equal(pmy_checkpoint_save(&first->run, NULL, path, NULL), PMY_OK);
    double seconds = h.seconds;
    pmy_training_free(first);
    resume(second, path);
    h.stop_after = 0;
    assert_int_equal(run(second, &h), PMY_OK);
    if (step < STEPS)
        assert_true(h.seconds > seconds);
    assert_memory_equal(h.loss, uninterrupted->loss, sizeof h.loss);
    assert_memory_equal(h.epoch_loss, uninterrupted->epoch_loss, sizeof h.epoch_loss);
    assert_memory_equal(h.epoch_correct, uninterrupted->epoch_correct, sizeof h.epoch_correct);
    expect_same_numbers(second, whole);
    pmy_training_free(second);
}

static void a_run_goes_on_from_any_step(test_folder *folder, const char *optim, unsigned threads)
{
    static pictures p;
    draw(&p, 1);
    pmy_pool *pool;
    pmy_recipe recipe = recipe_for(stateful_net);
    recipe.optim = pmy_optim_find(optim);
    recipe.optim_options = recipe.optim->defaults;
    recipe.optim_options.weight_decay = 0.01;
    if (strcmp(optim, "sgd") == 0)
        recipe.optim_options.momentum = 0.9;
    recipe.learning_rate = 0.01;
    recipe.augmentation.shift = 1;
    recipe.unaugmented = 1;
    assert_int_equal(pmy_pool_new(threads, &pool, NULL), PMY_OK);
    pmy_training *whole = new_training(&recipe, &p, pool);
    history uninterrupted = {0};
    assert_int_equal(run(whole, &uninterrupted), PMY_OK);
    for (uint64_t step = 1; step <= STEPS; step++)
        interrupt_at(step, &recipe, &p, pool, folder_file(folder, "run.checkpoint"), whole, &uninterrupted);
    pmy_training_free(whole);
    pmy_pool_free(pool);
}

static void sgd_goes_on(void **state)
{
    a_run_goes_on_from_any_step(*state, "sgd", 1);
}

static void adam_goes_on(void **state)
{
    a_run_goes_on_from_any_step(*state, "adam", 2);
}

static void adamw_goes_on(void **state)
{
    a_run_goes_on_from_any_step(*state, "adamw", 3);
}

static void muon_goes_on(void **state)
{
    a_run_goes_on_from_any_step(*state, "muon", 2);
}

static void a_note_comes_back(void **state)
{
    static pictures p;
    draw(&p, 1);
    const char *path = folder_file(*state, "run.checkpoint");
    pmy_recipe recipe = recipe_for(stateful_net);
    pmy_training *training = new_training(&recipe, &p, NULL);
    pmy_checkpoint_facts facts;
    assert_int_equal(pmy_checkpoint_save(&training->run, "[\"--data\",\"é\"]", path, NULL), PMY_OK);
    assert_int_equal(pmy_checkpoint_read(path, &facts, NULL), PMY_OK);
    assert_string_equal(facts.note, "[\"--data\",\"é\"]");
    assert_int_equal(facts.kind, PMY_RECIPE_OF_PICTURES);
    assert_int_equal(facts.vocabulary.count, 0);
    pmy_checkpoint_facts_free(&facts);
    pmy_error error;
    assert_int_equal(pmy_checkpoint_save(&training->run, "\xFF", path, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "not UTF-8"));
    assert_int_equal(pmy_checkpoint_read(path, &facts, NULL), PMY_OK);
    pmy_checkpoint_facts_free(&facts);
    pmy_training_free(training);
}

/* --- What is refused --------------------------------------------------------- */

static void expect_refused(pmy_training *training, const char *path, const char *words)
{
    pmy_error error = {0};
    assert_int_equal(pmy_checkpoint_resume(&training->run, path, &error), PMY_BAD_FILE);
    if (strncmp(error.message, path, strlen(path)) != 0 || !strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
    /* It is as new. */
    pmy_step_report step;
    assert_int_equal(pmy_training_step(training, &step, NULL), PMY_OK);
    assert_int_equal(step.step, 1);
    pmy_training_free(training);
}

static void another_recipe_is_refused(void **state)
{
    /* A change of each field, by the key that checkpoints have had for it from the first. */
    static const struct {
        const char *key, *optim, *text, *words;
    } changes[] = {
        {"net", "sgd", "linear 25, batchnorm, relu, dropout 0.2, linear 3", "'flatten, linear 24, batchnorm"},
        {"epochs", "sgd", "5", "'4', but here '5'"},
        {"batch", "sgd", "33", "'32'"},
        {"optimizer", "adam", "adamw", "'adam', but here 'adamw'"},
        {"weight decay", "sgd", "1e-9", "'0', but here '1e-09'"},
        {"momentum", "sgd", "0.8", "'0.9'"},
        {"nesterov", "sgd", "1", "'0'"},
        {"beta1", "adam", "0.8", "'0.9'"},
        {"beta2", "adam", "0.99", "'0.999'"},
        {"epsilon", "adam", "1e-7", "'1e-08'"},
        {"learning rate", "sgd", "0.10000000000000002", "'0.1'"},
        {"schedule", "sgd", "constant", "'cosine'"},
        {"label smoothing", "sgd", "0.1", "'0'"},
        {"normalization by column", "sgd", "1", "'', but here '1'"},
        {"mean", "sgd", "0.5", "'0'"},
        {"deviation", "sgd", "0.5", "'1'"},
        {"augmentation", "sgd", "shift 1", "'none'"},
        {"unaugmented epochs", "sgd", "1", "'', but here '1'"},
        {"decay of the average", "sgd", "0.9", "'0'"},
        {"seed", "sgd", "4", "'3'"},
        {"order", "sgd", "file", "'0', but here '1'"},
        {"decayed", "sgd", "matrices", "'', but here 'matrices'"},
        {"warm-up", "sgd", "5", "'', but here '5'"},
        {"last learning rate", "sgd", "0.01", "'', but here '0.01'"},
        {"clip", "sgd", "1", "'', but here '1'"},
    };
    enum { CHANGES = sizeof changes / sizeof *changes };
    static pictures p;
    draw(&p, 1);
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe_field *field;
    for (size_t f = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_PICTURES, f)); f++) {
        size_t c = 0;
        if (field->type == PMY_RECIPE_LOSS)
            continue; /* labels have but one; see test_dataset_kinds */
        while (c < CHANGES && strcmp(changes[c].key, field->key) != 0)
            c++;
        if (c == CHANGES)
            fail_msg("no change of %s is tried", field->key);
        pmy_recipe recipe = recipe_for(stateful_net);
        if (strcmp(changes[c].optim, "sgd") != 0) {
            recipe.optim = pmy_optim_find(changes[c].optim);
            recipe.optim_options = recipe.optim->defaults;
        }
        pmy_training *training = new_training(&recipe, &p, NULL);
        assert_int_equal(pmy_checkpoint_save(&training->run, NULL, path, NULL), PMY_OK);
        pmy_training_free(training);
        char words[200];
        (void)snprintf(words, sizeof words, "its %s is %s", field->key, changes[c].words);
        pmy_recipe changed = recipe;
        if (field->type == PMY_RECIPE_REAL)
            changed.normalization = (pmy_normalization){0, 1};
        assert_int_equal(pmy_recipe_set(&changed, field, changes[c].text, NULL), PMY_OK);
        expect_refused(new_training(&changed, &p, NULL), path, words);
    }
}

static void other_pictures_are_refused(void **state)
{
    static pictures p, other;
    draw(&p, 1);
    draw(&other, 2);
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe recipe = recipe_for(stateful_net);
    pmy_training *training = new_training(&recipe, &p, NULL);
    history h = {.stop_after = 13};
    assert_int_equal(run(training, &h), PMY_STOPPED);
    assert_int_equal(pmy_checkpoint_save(&training->run, NULL, path, NULL), PMY_OK);
    pmy_training_free(training);

    expect_refused(new_training(&recipe, &other, NULL), path, "its checksum of the pictures is");
    p.labels[7] = (p.labels[7] + 1) % CLASSES;
    expect_refused(new_training(&recipe, &p, NULL), path, "its checksum of the pictures is");
    other.dataset.count--;
    expect_refused(new_training(&recipe, &other, NULL), path, "its pictures is '300 of");
}

/* Saves a checkpoint and writes it again with one thing changed. */
typedef struct change {
    const char *key, *text;       /* of the metadata; a NULL text takes the entry away */
    const char *tensor;           /* its first number becomes NaN */
    const char *renamed, *rename; /* a tensor's name */
} change;

static void write_changed(const char *path, change what)
{
    pmy_file file;
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    for (size_t i = 0; i < contents.notes; i++)
        if (what.key && strcmp(contents.note[i].key, what.key) == 0) {
            if (what.text)
                contents.note[i].text = what.text;
            else
                contents.note[i].key = "gone";
        }
    for (size_t i = 0; i < contents.count; i++) {
        pmy_safetensor *tensor = &contents.tensor[i];
        if (what.tensor && strcmp(tensor->name, what.tensor) == 0) {
            const float nan = (float)NAN;
            memcpy(file.bytes + ((const uint8_t *)tensor->data - file.bytes), &nan, sizeof nan);
        }
        if (what.renamed && strcmp(tensor->name, what.renamed) == 0)
            tensor->name = what.rename;
    }
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
}

static void broken_checkpoints_are_refused(void **state)
{
    static pictures p;
    draw(&p, 1);
    const pmy_recipe recipe = recipe_for(stateful_net);
    const struct {
        change what;
        const char *words;
    } cases[] = {
        {{.key = "pmy.step"}, "is no checkpoint"},
        {{.key = "pmy.step", .text = "41"}, "its pmy.step is beyond 40"},
        {{.key = "pmy.step", .text = "-1"}, "its pmy.step '-1' is no whole number"},
        {{.key = "pmy.step", .text = "99999999999999999999"}, "is no whole number"},
        {{.key = "pmy.graph_step"}, "its metadata has no pmy.graph_step"},
        {{.key = "pmy.optim_steps", .text = "x"}, "is no whole number"},
        {{.key = "pmy.epoch_correct", .text = "301"}, "is beyond 300"},
        {{.key = "pmy.epoch_loss", .text = "nan"}, "its pmy.epoch_loss 'nan' is no finite number"},
        {{.key = "pmy.seconds", .text = "1e999"}, "is no finite number"},
        {{.key = "pmy.epoch_seconds", .text = ""}, "is no finite number"},
        {{.key = "pmy.version", .text = "0.9"}, NULL},
        {{.key = "pmy.recipe.seed"}, "its seed is '', but here '3'"},
        {{.tensor = "1.weight"}, "tensor '1.weight', element 0: not a number"},
        {{.tensor = "optimizer.momentum"}, "element 0: not a number"},
        {{.renamed = "5.bias", .rename = "6.bias"}, "tensor '5.bias' is missing"},
        {{.renamed = "optimizer.momentum", .rename = "optimizer.m"}, "is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = folder_file(*state, "run.checkpoint");
        pmy_training *training = new_training(&recipe, &p, NULL);
        history h = {.stop_after = 13};
        assert_int_equal(run(training, &h), PMY_STOPPED);
        assert_int_equal(pmy_checkpoint_save(&training->run, NULL, path, NULL), PMY_OK);
        pmy_training_free(training);
        write_changed(path, cases[i].what);
        training = new_training(&recipe, &p, NULL);
        if (cases[i].words) {
            expect_refused(training, path, cases[i].words);
            continue;
        }
        resume(training, path);
        pmy_training_free(training);
    }
}

/* A part of a recipe that this version does not know is none it could follow. */
static void an_unknown_part_of_a_recipe_is_refused(void **state)
{
    static pictures p;
    draw(&p, 1);
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe recipe = recipe_for(stateful_net);
    pmy_training *training = new_training(&recipe, &p, NULL);
    assert_int_equal(pmy_checkpoint_save(&training->run, NULL, path, NULL), PMY_OK);
    pmy_training_free(training);
    pmy_file file;
    pmy_safetensors contents;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    for (size_t i = 0; i < contents.notes; i++)
        if (strcmp(contents.note[i].key, "pmy.version") == 0)
            contents.note[i] = (pmy_safetensors_note){"pmy.recipe.mixup", "0.2"};
    assert_int_equal(pmy_safetensors_write(path, &contents, NULL), PMY_OK);
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
    expect_refused(new_training(&recipe, &p, NULL), path, "its mixup is '0.2', but here ''");
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(sgd_goes_on),
        WITH_FOLDER(adam_goes_on),
        WITH_FOLDER(adamw_goes_on),
        WITH_FOLDER(muon_goes_on),
        WITH_FOLDER(a_note_comes_back),
        WITH_FOLDER(another_recipe_is_refused),
        WITH_FOLDER(other_pictures_are_refused),
        WITH_FOLDER(broken_checkpoints_are_refused),
        WITH_FOLDER(an_unknown_part_of_a_recipe_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
