/* Also in double. */
/* What any training run does, here on text: what its recipe says reaches the steps, and it goes on from a
 * checkpoint to the same bits. */
#include "train/checkpoint.h"

#include "folder.h"
#include "running.h"

#include <math.h>
#include <stdio.h>

enum { BATCH = 3, BLOCK = 4, KINDS = 5, DIM = 8, STEPS = 12 };

/* A model of the next token, fed with pieces of an endless text, which remembers how it went. */
typedef struct reader {
    pmy_run run;
    pmy_node *tokens, *next; /* [BATCH, BLOCK] */
    size_t begun, surprises; /* pieces so far; how many had a loss above that of guessing */
    double loss;             /* Σ over the steps */
    uint32_t checksum;       /* of its text */
} reader;

static pmy_run_data text_of(const void *context)
{
    const reader *r = context;
    return (pmy_run_data){.size = "endless", .checksum = r->checksum};
}

static pmy_recipe text_recipe(void)
{
    pmy_recipe recipe = {.net = "embed 8, linear vocab",
                         .steps = STEPS,
                         .batch = BATCH,
                         .block = BLOCK,
                         .optim = &pmy_optim_adamw,
                         .optim_options = pmy_optim_adamw.defaults,
                         .learning_rate = 0.05,
                         .schedule = pmy_schedule_find("cosine"),
                         .seed = 3};
    return recipe;
}

static void build_model(reader *r)
{
    pmy_graph *graph = pmy_graph_new(NULL, r->run.recipe.seed);
    assert_non_null(graph);
    r->tokens = pmy_integers(graph, PMY_SHAPE(BATCH, BLOCK));
    r->next = pmy_integers(graph, PMY_SHAPE(BATCH, BLOCK));
    pmy_node *x = pmy_dropout(graph, pmy_embedding(graph, r->tokens, KINDS, DIM), 0.1);
    pmy_node *logits = pmy_linear(graph, pmy_layernorm(graph, x, 1), KINDS, PMY_NONE);
    r->run.graph = graph;
    r->run.loss = pmy_softmax_xent(graph, logits, r->next, NULL);
    build(graph, r->run.loss);
}

static pmy_status begin(reader *r, const pmy_recipe *recipe, pmy_error *error)
{
    *r = (reader){.run = {.kind = PMY_RECIPE_OF_TEXT, .recipe = *recipe}};
    r->run.owner = (pmy_run_owner){
        .context = r,
        .data = text_of,
        .tally = {{.key = "pmy.begun", .count = &r->begun, .most = STEPS},
                  {.key = "pmy.surprises", .count = &r->surprises, .most = STEPS},
                  {.key = "pmy.loss", .real = &r->loss}},
    };
    build_model(r);
    return pmy_run_begin(&r->run, recipe->steps, error);
}

static void begin_well(reader *r, const pmy_recipe *recipe)
{
    pmy_error error;
    if (begin(r, recipe, &error) != PMY_OK)
        fail_msg("%s", error.message);
}

static void end(reader *r)
{
    pmy_run_end(&r->run);
    pmy_graph_free(r->run.graph);
}

static void feed(reader *r)
{
    int32_t *tokens = pmy_integer_data(r->tokens), *next = pmy_integer_data(r->next); /* [BATCH, BLOCK] */
    for (size_t i = 0; i < BATCH * BLOCK; i++) {
        uint64_t place = r->run.step * BATCH * BLOCK + i;
        tokens[i] = (int32_t)(place * place % KINDS);
        next[i] = (int32_t)((place + 1) * (place + 1) % KINDS);
    }
    r->begun++;
}

static void read_on(reader *r)
{
    pmy_error error;
    feed(r);
    if (pmy_run_step(&r->run, &error) != PMY_OK)
        fail_msg("%s", error.message);
    double loss = (double)pmy_item(r->run.loss);
    r->loss += loss;
    r->surprises += loss > log(KINDS);
    r->run.seconds += 1;
}

static pmy_parameters model_of(const reader *r)
{
    return pmy_graph_parameters(r->run.graph);
}

/* A recipe with everything that a run has to remember. */
static pmy_recipe full_recipe(void)
{
    pmy_recipe recipe = text_recipe();
    recipe.average_decay = 0.9;
    recipe.clip = 0.5;
    recipe.warm_up = 3;
    recipe.last_rate = 0.01;
    recipe.decay = PMY_DECAY_MATRICES;
    return recipe;
}

/* --- Steps ---------------------------------------------------------------- */

static void rates_are_the_recipes(void **state)
{
    (void)state;
    static const char *const kinds[] = {"cosine", "linear", "trapezoid"};
    for (size_t k = 0; k < ROOM(kinds); k++) {
        reader r;
        pmy_recipe recipe = full_recipe();
        recipe.schedule = pmy_schedule_find(kinds[k]);
        begin_well(&r, &recipe);
        pmy_schedule expected = pmy_schedule_make(recipe.schedule, 0.05, STEPS);
        expected.warm_up = 3;
        expected.last_rate = 0.01;
        for (uint64_t step = 0; step < STEPS; step++) {
            read_on(&r);
            assert_int_equal(r.run.step, step + 1);
            assert_true(r.run.optim->learning_rate == pmy_schedule_rate(&expected, step));
        }
        end(&r);
    }
}

/* After 3 of 12 steps of warm-up a third is 3. */
static void a_step_schedule_falls_in_thirds_of_what_follows_the_warm_up(void **state)
{
    (void)state;
    reader r;
    pmy_recipe recipe = text_recipe();
    recipe.schedule = pmy_schedule_find("step");
    recipe.warm_up = 3;
    begin_well(&r, &recipe);
    for (uint64_t step = 3; step < STEPS; step++)
        assert_true(fabs(pmy_schedule_rate(&r.run.schedule, step) - 0.05 * pow(0.1, (double)(step / 3 - 1))) <
                    1e-15);
    end(&r);
}

/* Under sgd with a rate of 1 a step is minus the gradient, whose norm is then the limit. */
static void gradients_are_clipped(void **state)
{
    (void)state;
    const double limits[] = {0, 0.125, 1000};
    for (size_t i = 0; i < ROOM(limits); i++) {
        reader r;
        pmy_recipe recipe = text_recipe();
        recipe.optim = &pmy_optim_sgd;
        recipe.optim_options = pmy_optim_sgd.defaults;
        recipe.schedule = pmy_schedule_find("constant");
        recipe.learning_rate = 1;
        recipe.clip = limits[i];
        begin_well(&r, &recipe);
        pmy_parameters model = model_of(&r);
        pmy_real *before = malloc(model.size * sizeof *before);
        memcpy(before, model.values, model.size * sizeof *before);
        read_on(&r);
        double moved = 0, norm = 0;
        for (size_t p = 0; p < model.size; p++) {
            moved += pow((double)before[p] - (double)model.values[p], 2);
            norm += pow((double)model.gradients[p], 2);
        }
        assert_true(sqrt(norm) > 0.2);
        double expected = limits[i] == 0.125 ? 0.125 : sqrt(norm);
        assert_true(fabs(sqrt(moved) - expected) < 1e-4);
        free(before);
        end(&r);
    }
}

/* A pull to 0 so strong that a step of it leaves nothing of what it pulls at. */
static void vectors_may_be_spared_weight_decay(void **state)
{
    (void)state;
    for (pmy_decay decay = PMY_DECAY_ALL; decay <= PMY_DECAY_MATRICES; decay++) {
        reader r;
        pmy_recipe recipe = text_recipe();
        recipe.schedule = pmy_schedule_find("constant");
        recipe.learning_rate = 1e-3;
        recipe.optim_options.weight_decay = 1000;
        recipe.decay = decay;
        begin_well(&r, &recipe);
        for (size_t i = 0; i < model_of(&r).size; i++)
            model_of(&r).values[i] = 1;
        read_on(&r);
        for (size_t p = 0; p < model_of(&r).count; p++) {
            const pmy_node *parameter = pmy_parameter_at(r.run.graph, p);
            pmy_tensor tensor = pmy_value(parameter);
            bool spared = decay == PMY_DECAY_MATRICES && pmy_is_vector(parameter, NULL);
            double largest = 0;
            for (size_t i = 0; i < pmy_shape_size(tensor.shape); i++)
                largest = fmax(largest, fabs((double)tensor.data[i]));
            assert_true(spared == (largest > 2e-3));
        }
        end(&r);
    }
}

static void a_step_that_cannot_be_computed_is_told(void **state)
{
    (void)state;
    reader r;
    pmy_error error;
    pmy_recipe recipe = full_recipe();
    begin_well(&r, &recipe);
    read_on(&r);
    pmy_tensor weight = pmy_value(pmy_parameter_at(r.run.graph, 0));
    pmy_real kept = weight.data[0];
    weight.data[0] = (pmy_real)NAN;
    feed(&r);
    assert_int_equal(pmy_run_step(&r.run, &error), PMY_BAD_DATA);
    assert_int_equal(strncmp(error.message, "step 2: ", strlen("step 2: ")), 0);
    assert_int_equal(r.run.step, 1);
    assert_int_equal(r.run.optim->steps, 1);
    weight.data[0] = kept;
    read_on(&r);
    end(&r);
}

/* √w is finite where w is 0, and its slope is not. */
static void an_infinite_gradient_is_not_clipped(void **state)
{
    (void)state;
    pmy_graph *graph = new_graph(NULL);
    pmy_node *w = pmy_parameter(graph, PMY_SHAPE(1), "w", PMY_ZEROS, 0);
    pmy_run run = {.kind = PMY_RECIPE_OF_TEXT, .recipe = full_recipe(), .graph = graph};
    run.loss = pmy_sum(graph, pmy_sqrt(graph, w));
    build(graph, run.loss);
    pmy_error error;
    assert_int_equal(pmy_run_begin(&run, STEPS, NULL), PMY_OK);
    assert_int_equal(pmy_run_step(&run, &error), PMY_BAD_DATA);
    assert_string_equal(error.message, "step 1: the norm of the gradients is inf");
    assert_int_equal(run.step, 0);
    assert_true(pmy_value(w).data[0] == 0);
    pmy_run_end(&run);
    pmy_graph_free(graph);
}

static void wrong_recipes_are_refused(void **state)
{
    (void)state;
    pmy_error error;
    reader r;
    pmy_recipe recipe = text_recipe();
    recipe.warm_up = STEPS;
    assert_int_equal(begin(&r, &recipe, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "12 steps of warm-up"));
    end(&r);
    recipe = text_recipe();
    recipe.last_rate = 1;
    assert_int_equal(begin(&r, &recipe, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "the last rate 1"));
    end(&r);
    recipe = text_recipe();
    recipe.clip = -1;
    assert_int_equal(begin(&r, &recipe, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "a norm of -1"));
    end(&r);
    recipe = text_recipe();
    recipe.optim = &pmy_optim_sgd; /* with adamw's options */
    assert_int_equal(begin(&r, &recipe, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "sgd: it has neither betas nor an epsilon"));
    end(&r);
    recipe = text_recipe();
    recipe.average_decay = 2;
    assert_int_equal(begin(&r, &recipe, &error), PMY_BAD_ARGUMENT);
    end(&r);
}

/* --- The average ---------------------------------------------------------- */

static void the_average_is_taken_once(void **state)
{
    (void)state;
    reader r;
    pmy_recipe recipe = full_recipe();
    begin_well(&r, &recipe);
    for (int step = 0; step < 4; step++)
        read_on(&r);
    pmy_real model = model_of(&r).values[0];
    assert_true(pmy_run_take_average(&r.run));
    assert_true(model_of(&r).values[0] != model);
    assert_false(pmy_run_take_average(&r.run));
    pmy_average_swap(r.run.average);
    assert_true(model_of(&r).values[0] == model);
    end(&r);
    recipe.average_decay = 0;
    begin_well(&r, &recipe);
    assert_false(pmy_run_take_average(&r.run));
    end(&r);
}

/* --- Checkpoints ---------------------------------------------------------- */

static void a_run_on_text_goes_on_from_any_step(void **state)
{
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe recipe = full_recipe();
    reader whole;
    begin_well(&whole, &recipe);
    for (uint64_t step = 0; step < STEPS; step++)
        read_on(&whole);
    for (uint64_t step = 0; step <= STEPS; step++) {
        reader first, second;
        pmy_error error;
        begin_well(&first, &recipe);
        while (first.run.step < step)
            read_on(&first);
        assert_int_equal(pmy_checkpoint_save(&first.run, NULL, path, NULL), PMY_OK);
        end(&first);
        begin_well(&second, &recipe);
        if (pmy_checkpoint_resume(&second.run, path, &error) != PMY_OK)
            fail_msg("%s", error.message);
        assert_int_equal(second.run.step, step);
        assert_true(second.run.seconds == (double)step);
        while (second.run.step < STEPS)
            read_on(&second);
        assert_int_equal(second.begun, STEPS);
        assert_int_equal(second.surprises, whole.surprises);
        assert_true(second.loss == whole.loss);
        pmy_parameters a = model_of(&second), b = model_of(&whole);
        assert_memory_equal(a.values, b.values, a.size * sizeof *a.values);
        assert_memory_equal(second.run.average->parameters, whole.run.average->parameters,
                            a.size * sizeof *a.values);
        end(&second);
    }
    end(&whole);
}

static void expect_refused(const pmy_recipe *recipe, uint32_t checksum, const char *path, const char *words)
{
    reader r;
    pmy_error error = {0};
    begin_well(&r, recipe);
    r.checksum = checksum;
    assert_int_equal(pmy_checkpoint_resume(&r.run, path, &error), PMY_BAD_FILE);
    if (!strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
    assert_int_equal(r.run.step, 0);
    end(&r);
}

/* A change of each field of a run on text, but of those that are of any run. */
static void another_run_on_text_is_refused(void **state)
{
    static const struct {
        const char *key, *text, *words;
    } changes[] = {
        {"steps", "13", "its steps is '12', but here '13'"},
        {"block", "5", "its block is '4', but here '5'"},
        {"tokens", "chars", "its tokens is 'bytes', but here 'chars'"},
        {"lines", "1", "its lines is '0', but here '1'"},
        {"start", "gpt2", "its start is 'default', but here 'gpt2'"},
    };
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe recipe = text_recipe();
    reader r;
    begin_well(&r, &recipe);
    assert_int_equal(pmy_checkpoint_save(&r.run, NULL, path, NULL), PMY_OK);
    end(&r);
    const pmy_recipe_field *field;
    size_t tried = 0;
    for (size_t i = 0; (field = pmy_recipe_field_at(PMY_RECIPE_OF_TEXT, i)); i++) {
        if (field->kind == PMY_RECIPE_OF_ANY)
            continue;
        size_t c = 0;
        while (c < ROOM(changes) && strcmp(changes[c].key, field->key) != 0)
            c++;
        if (c == ROOM(changes))
            fail_msg("no change of %s is tried", field->key);
        pmy_recipe changed = recipe;
        assert_int_equal(pmy_recipe_set(&changed, field, changes[c].text, NULL), PMY_OK);
        expect_refused(&changed, 0, path, changes[c].words);
        tried++;
    }
    assert_int_equal(tried, ROOM(changes));
    expect_refused(&recipe, 7, path, "its checksum of the text is '00000000', but here '00000007'");
}

/* A checkpoint has no word of the other kind's fields. */
static void a_run_on_pictures_is_none_on_text(void **state)
{
    const char *path = folder_file(*state, "run.checkpoint");
    const pmy_recipe recipe = text_recipe();
    reader r;
    begin_well(&r, &recipe);
    assert_int_equal(pmy_checkpoint_save(&r.run, NULL, path, NULL), PMY_OK);
    pmy_file file;
    assert_int_equal(pmy_file_read_as_it_is(path, &file, NULL), PMY_OK);
    pmy_safetensors contents;
    assert_int_equal(pmy_safetensors_read(path, file.bytes, file.size, &contents, NULL), PMY_OK);
    assert_non_null(pmy_safetensors_text(&contents, "pmy.recipe.block"));
    assert_null(pmy_safetensors_text(&contents, "pmy.recipe.epochs"));
    pmy_safetensors_free(&contents);
    pmy_file_free(&file);
    r.run.kind = PMY_RECIPE_OF_PICTURES;
    r.run.recipe.normalization.deviation = 1;
    pmy_error error;
    assert_int_equal(pmy_checkpoint_resume(&r.run, path, &error), PMY_BAD_FILE);
    assert_non_null(strstr(error.message, "its run is on text, not on pictures"));
    end(&r);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_the_recipes),
        cmocka_unit_test(a_step_schedule_falls_in_thirds_of_what_follows_the_warm_up),
        cmocka_unit_test(gradients_are_clipped),
        cmocka_unit_test(vectors_may_be_spared_weight_decay),
        cmocka_unit_test(a_step_that_cannot_be_computed_is_told),
        cmocka_unit_test(an_infinite_gradient_is_not_clipped),
        cmocka_unit_test(wrong_recipes_are_refused),
        cmocka_unit_test(the_average_is_taken_once),
        WITH_FOLDER(a_run_on_text_goes_on_from_any_step),
        WITH_FOLDER(another_run_on_text_is_refused),
        WITH_FOLDER(a_run_on_pictures_is_none_on_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
