/* Also in double. */
/* The losses of a language model's steps beside those of PyTorch (tests/record/language_steps.py): of the
 * small one that is recorded here, or of a record that is named, of which it is said how far apart they are.
 */
#include "recorded.h"

#include "train/language.h"
#include "train/run.h"

#include <math.h>

static const double tolerance = sizeof(pmy_real) == 4 ? 1e-5 : 1e-11;

static const char *path = "tests/data/language_steps_pytorch.txt";

typedef struct record {
    FILE *file; /* what has not been read yet */
    char net[512];
    size_t vocabulary, batch, block;
    pmy_recipe recipe;
    size_t count;
    int32_t *text; /* [count] */
} record;

/* murmur3's finalizer, as a number in [−1, 1): `random` of the script. */
static double random_of(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85EBCA6B;
    x ^= x >> 13;
    x *= 0xC2B2AE35;
    x ^= x >> 16;
    return ((double)x - 2147483648.0) / 2147483648.0;
}

static void read_recipe(record *r)
{
    pmy_recipe *recipe = &r->recipe;
    int skipped = fscanf(r->file, "%*[^\n] net %511[^\n]", r->net);
    assert_int_equal(skipped, 1);
    assert_int_equal(fscanf(r->file, " windows %zu %zu %zu", &r->vocabulary, &r->batch, &r->block), 3);
    *recipe = (pmy_recipe){.net = r->net,
                           .optim = pmy_optim_find("adamw"),
                           .decay = PMY_DECAY_MATRICES,
                           .schedule = pmy_schedule_find("cosine")};
    pmy_optim_options *options = &recipe->optim_options;
    *options = recipe->optim->defaults;
    assert_int_equal(fscanf(r->file, " recipe %zu %zu %lf %lf %lf %lf %lf %lf", &recipe->steps,
                            &recipe->warm_up, &recipe->learning_rate, &recipe->last_rate,
                            &options->weight_decay, &options->beta1, &options->beta2, &recipe->clip),
                     8);
}

static pmy_language *new_language(const record *r)
{
    pmy_error error = {0};
    uint32_t codes[256];
    assert_in_range(r->vocabulary, 1, ROOM(codes));
    for (size_t i = 0; i < r->vocabulary; i++)
        codes[i] = (uint32_t)i;
    pmy_vocabulary vocabulary = {.unit = PMY_BYTES, .count = r->vocabulary, .codes = codes};
    pmy_model_facts facts;
    pmy_language_options options = {.batch = r->batch};
    pmy_language *language = NULL;
    if (pmy_language_facts(r->net, r->block, &vocabulary, &facts, &error) != PMY_OK ||
        pmy_language_new(&facts, &options, NULL, &language, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return language;
}

/* The parameters are PyTorch's, in its order and by its names. */
static void start(const record *r, const pmy_graph *graph)
{
    size_t parameters;
    assert_int_equal(fscanf(r->file, " parameters %zu", &parameters), 1);
    assert_int_equal(pmy_graph_parameters(graph).count, parameters);
    for (size_t p = 0; p < parameters; p++) {
        char name[PMY_MAX_NAME];
        double scale;
        assert_int_equal(fscanf(r->file, "%47s %la", name, &scale), 2);
        assert_string_equal(pmy_node_name(pmy_parameter_at(graph, p)), name);
        pmy_tensor value = pmy_value(pmy_parameter_at(graph, p));
        for (size_t i = 0; i < pmy_shape_size(value.shape); i++)
            value.data[i] = scale == 0 ? 1 : (pmy_real)(scale * random_of((uint32_t)((p << 24) + i)));
    }
}

static void read_text(record *r)
{
    assert_int_equal(fscanf(r->file, " text %zu", &r->count), 1);
    r->text = calloc(r->count, sizeof *r->text);
    assert_non_null(r->text);
    for (size_t i = 0; i < r->count; i++)
        assert_int_equal(fscanf(r->file, "%d", &r->text[i]), 1);
}

static void read_windows(const record *r, const pmy_language *language)
{
    int32_t *tokens = pmy_integer_data(language->tokens);   /* [batch, block] */
    int32_t *targets = pmy_integer_data(language->targets); /* [batch, block] */
    for (size_t b = 0; b < r->batch; b++) {
        size_t begin;
        assert_int_equal(fscanf(r->file, "%zu", &begin), 1);
        assert_true(begin + r->block < r->count);
        memcpy(tokens + b * r->block, r->text + begin, r->block * sizeof *tokens);
        memcpy(targets + b * r->block, r->text + begin + 1, r->block * sizeof *targets);
    }
}

static void the_losses_are_pytorchs(void **state)
{
    (void)state;
    pmy_error error = {0};
    record r = {.file = open_recorded(path)};
    read_recipe(&r);
    pmy_language *language = new_language(&r);
    start(&r, language->graph);
    read_text(&r);
    pmy_run run = {
        .kind = PMY_RECIPE_OF_TEXT, .recipe = r.recipe, .graph = language->graph, .loss = language->loss};
    assert_int_equal(pmy_run_begin(&run, r.recipe.steps, &error), PMY_OK);
    double farthest = 0, first = 0, loss = 0;
    size_t steps;
    assert_int_equal(fscanf(r.file, " steps %zu", &steps), 1);
    assert_in_range(steps, 1, run.schedule.total);
    while (run.step < steps) {
        double expected[2]; /* in float, in double */
        read_windows(&r, language);
        assert_int_equal(fscanf(r.file, "%la %la", &expected[0], &expected[1]), 2);
        if (pmy_run_step(&run, &error) != PMY_OK)
            fail_msg("%s", error.message);
        loss = (double)pmy_item(language->loss);
        first = run.step == 1 ? loss : first;
        double far = fabs(loss - expected[sizeof(pmy_real) == 8]);
        if (!(far <= tolerance))
            fail_msg("step %d: the loss is %.12f, %g from PyTorch's", (int)run.step, loss, far);
        farthest = fmax(farthest, far);
    }
    print_message("%d steps, from a loss of %.4f to %.4f; at most %.2g from PyTorch's\n", (int)run.step,
                  first, loss, farthest);
    assert_true(loss < 0.8 * first);
    pmy_run_end(&run);
    pmy_language_free(language);
    free(r.text);
    fclose(r.file);
}

int main(int count, char **word)
{
    pmy_blas_single_threaded();
    if (count > 1)
        path = word[1];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_losses_are_pytorchs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
