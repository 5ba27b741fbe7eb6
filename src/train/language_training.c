#include "train/language_training.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

/* --- Preparing ------------------------------------------------------------------ */

static pmy_run_data data_of(const void *context)
{
    const pmy_language_training *training = context;
    pmy_run_data data = {.checksum = pmy_text_checksum(training->text),
                         .vocabulary = &training->language->vocabulary};
    (void)snprintf(data.size, sizeof data.size, "%zu of %zu tokens", training->text->count,
                   training->language->vocabulary.count);
    return data;
}

static pmy_status prepare(pmy_language_training *training, const pmy_vocabulary *vocabulary, pmy_pool *pool,
                          pmy_error *error)
{
    pmy_recipe *recipe = &training->run.recipe;
    pmy_model_facts facts;
    if (recipe->steps < 1 || recipe->batch < 1 || recipe->block < 1)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a run needs a step, a window and a token in it, at least");
    pmy_status status = pmy_text_check(training->text, recipe->block, error);
    if (status == PMY_OK)
        status = pmy_language_facts(recipe->net, recipe->block, vocabulary, &facts, error);
    if (status != PMY_OK)
        return status;
    pmy_language_options options = {.batch = recipe->batch,
                                    .seed = recipe->seed,
                                    .label_smoothing = recipe->label_smoothing,
                                    .start = recipe->start};
    status = pmy_language_new(&facts, &options, pool, &training->language, error);
    if (status != PMY_OK)
        return status;
    recipe->net = training->language->facts.net.text;
    training->run.graph = training->language->graph;
    training->run.loss = training->language->loss;
    training->run.net = &training->language->facts.net;
    return pmy_run_begin(&training->run, recipe->steps, error);
}

pmy_status pmy_language_training_new(const pmy_recipe *recipe, const pmy_vocabulary *vocabulary,
                                     const pmy_text *text, pmy_pool *pool, pmy_language_training **result,
                                     pmy_error *error)
{
    pmy_language_training *training = *result = calloc(1, sizeof *training);
    if (!training)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a training run");
    training->text = text;
    training->run = (pmy_run){
        .kind = PMY_RECIPE_OF_TEXT, .recipe = *recipe, .owner = {.context = training, .data = data_of}};
    pmy_status status = prepare(training, vocabulary, pool, error);
    if (status != PMY_OK) {
        pmy_language_training_free(training);
        *result = NULL;
    }
    return status;
}

void pmy_language_training_free(pmy_language_training *training)
{
    if (!training)
        return;
    pmy_run_end(&training->run);
    pmy_language_free(training->language);
    free(training);
}

/* --- Steps ------------------------------------------------------------------------ */

pmy_status pmy_language_training_step(pmy_language_training *training, pmy_language_step *report,
                                      pmy_error *error)
{
    double started = pmy_seconds();
    pmy_run *run = &training->run;
    const pmy_recipe *recipe = &run->recipe;
    const pmy_language *language = training->language;
    double rate = pmy_schedule_rate(&run->schedule, run->step);
    pmy_text_draw(training->text, recipe->seed, run->step, language->batch, language->block,
                  pmy_integer_data(language->tokens), pmy_integer_data(language->targets));
    pmy_status status = pmy_set_batch(language->graph, language->batch, error);
    if (status == PMY_OK)
        status = pmy_run_step(run, error);
    if (status != PMY_OK)
        return status;
    run->seconds += pmy_seconds() - started;
    *report = (pmy_language_step){.step = run->step,
                                  .steps = run->schedule.total,
                                  .loss = (double)pmy_item(language->loss),
                                  .learning_rate = rate,
                                  .tokens = language->batch * language->block,
                                  .seconds = run->seconds};
    return PMY_OK;
}

pmy_status pmy_language_training_evaluate(pmy_language_training *training, const pmy_text *text,
                                          pmy_language_watcher watcher, pmy_language_score *score,
                                          pmy_error *error)
{
    bool swapped = pmy_run_take_average(&training->run);
    pmy_status status = pmy_language_evaluate(training->language, text, watcher, score, error);
    if (swapped)
        pmy_average_swap(training->run.average);
    return status;
}
