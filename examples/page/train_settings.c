#include "page/train_settings.h"

#include "common/preset_recipe.h"
#include "mnist/presets.h"
#include "page/answer.h"
#include "page/count.h"
#include "page/export.h"
#include "page/pictures.h"
#include "train/training.h"
#include "base/number.h"

#include <stdio.h>
#include <string.h>

/* --- Presets -------------------------------------------------------------- */

/* All of a preset that the panel has no field for: "optimizer adam, schedule onecycle, label smoothing 0.1".
 */
static void describe(const preset *p, size_t size, char *text)
{
    static const char *const shown[] = {"--epochs", "--batch", "--lr"};
    size_t used = 0;
    for (char *const *word = p->options; word[0]; word += 2) {
        bool has_field = false;
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
            has_field |= strcmp(word[0], shown[i]) == 0;
        const pmy_recipe_field *field = preset_field(PMY_RECIPE_OF_PICTURES, word[0]);
        if (!has_field && used < size)
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s %s", used ? ", " : "", field->key, word[1]);
    }
}

static void answer_option(const char *column, const char *option)
{
    answer_texts(column);
    for (size_t i = 0; i < mnist_presets.count; i++)
        answer_next_text(preset_value(&mnist_presets.presets[i], option));
}

PAGE_EXPORT(page_train_presets)(void)
{
    char text[400];
    answer_begin();
    answer_texts("name");
    for (size_t i = 0; i < mnist_presets.count; i++)
        answer_next_text(mnist_presets.presets[i].name);
    answer_texts("net");
    for (size_t i = 0; i < mnist_presets.count; i++)
        answer_next_text(mnist_presets.presets[i].net);
    answer_texts("recipe");
    for (size_t i = 0; i < mnist_presets.count; i++) {
        describe(&mnist_presets.presets[i], sizeof text, text);
        answer_next_text(text);
    }
    answer_option("lr", "--lr");
    answer_option("batch", "--batch");
    answer_option("epochs", "--epochs");
}

/* --- Reading ---------------------------------------------------------------- */

void train_answer_wrong(const pmy_error *error, const char *field)
{
    answer_error(error);
    answer_text("field", field);
}

static const char *read_fields(const train_typed *typed, pmy_recipe *recipe, pmy_error *error)
{
    const char *const text[][2] = {
        {"lr", typed->rate}, {"batch", typed->batch}, {"epochs", typed->epochs}, {"seed", typed->seed}};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        const pmy_recipe_field *field = preset_field(PMY_RECIPE_OF_PICTURES, text[i][0]);
        if (pmy_recipe_set(recipe, field, text[i][1], error) != PMY_OK)
            return text[i][0];
    }
    pmy_schedule schedule = pmy_schedule_make(recipe->schedule, recipe->learning_rate, 1);
    schedule.step_every = 1;
    return pmy_schedule_check(&schedule, error) == PMY_OK ? NULL : "lr";
}

static const char *read_pictures(const char *count, pmy_dataset *pictures, pmy_error *error)
{
    uint64_t wanted = 0;
    pmy_dataset rest;
    const pmy_dataset *all = pictures_train();
    if (all->count == 0)
        (void)pmy_fail(error, PMY_BAD_ARGUMENT, "the pictures are not unpacked yet");
    else if (!pmy_whole_read(count, &wanted) || wanted < 1 || wanted > all->count)
        (void)pmy_fail(error, PMY_BAD_ARGUMENT, "there are 1 to %s pictures to train on, not '%.100s'",
                       count_print(all->count).text, count);
    else if (pmy_dataset_split(all, all->count - (size_t)wanted, pictures, &rest, error) == PMY_OK)
        return NULL;
    return "pictures";
}

/* Whether the page can go on while it trains the net: a step is not interrupted. */
static const char *check_size(const pmy_net *net, size_t batch, pmy_error *error)
{
    enum { MOST_PARAMETERS = 4000000 };
    const double most_operations = 5e10, passes = 3;
    double operations = 0;
    for (size_t i = 0; i < net->count; i++)
        operations += passes * net->layer[i].flops * (double)batch;
    if (net->parameters > MOST_PARAMETERS)
        (void)pmy_fail(error, PMY_BAD_NET, "%s parameters are too many for a page: at most %s",
                       count_print(net->parameters).text, count_print(MOST_PARAMETERS).text);
    else if (operations > most_operations)
        (void)pmy_fail(error, PMY_BAD_NET,
                       "a step of %zu pictures takes %.1g operations, more than a page can wait for: %.1g",
                       batch, operations, most_operations);
    else
        return NULL;
    return "net";
}

static const char *check_net(const train_settings *settings, pmy_error *error)
{
    static pmy_model_facts facts; /* too large for a small stack */
    const pmy_recipe *recipe = &settings->recipe;
    size_t count = settings->pictures.count, batch = recipe->batch < count ? recipe->batch : count;
    if (pmy_facts_for(recipe->net, &settings->pictures, recipe->normalization, &facts, error) != PMY_OK)
        return "net";
    if (pmy_training_check_batches(&facts.net, batch, count, error) != PMY_OK)
        return "batch";
    return check_size(&facts.net, batch, error);
}

const char *train_settings_read(const train_typed *typed, train_settings *settings, pmy_error *error)
{
    const preset *chosen = preset_for(&mnist_presets, typed->preset);
    settings->recipe = preset_recipe(&mnist_presets, chosen, PMY_RECIPE_OF_PICTURES);
    settings->recipe.net = typed->net;
    const char *wrong = read_pictures(typed->pictures, &settings->pictures, error);
    if (!wrong)
        wrong = read_fields(typed, &settings->recipe, error);
    return wrong ? wrong : check_net(settings, error);
}

/* Whether a run could begin with what is typed; the one there is stays. */
PAGE_EXPORT(page_train_check)
(const char *name, const char *net, const char *rate, const char *batch, const char *pictures,
 const char *epochs, const char *seed)
{
    pmy_error error = {0};
    train_settings settings;
    const char *wrong = train_settings_read(&(train_typed){name, net, rate, batch, pictures, epochs, seed},
                                            &settings, &error);
    answer_begin();
    if (wrong)
        train_answer_wrong(&error, wrong);
}
