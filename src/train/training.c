#include "train/training.h"

#include "base/clock.h"
#include "base/crc32.h"

#include <stdio.h>
#include <stdlib.h>

/* --- What a checkpoint keeps of it ----------------------------------------- */

static pmy_run_data data_of(const void *context)
{
    const pmy_training *training = context;
    const pmy_dataset *pictures = training->dataset;
    size_t pixels = pictures->count * pmy_dataset_features(pictures);
    uint32_t checksum = pmy_crc32(0, pictures->images, pixels);
    pmy_run_data data = {.name = "pictures"};
    data.checksum = pmy_crc32(checksum, pictures->labels, pictures->count * sizeof *pictures->labels);
    (void)snprintf(data.size, sizeof data.size, "%zu of %s in %zu classes", pictures->count,
                   pmy_shape_print(pmy_image_shape(pictures)).text, pictures->classes);
    return data;
}

static pmy_run_owner owner_of(pmy_training *training)
{
    return (pmy_run_owner){
        .context = training,
        .data = data_of,
        .tally = {
            {.key = "pmy.epoch_correct", .count = &training->epoch_correct, .most = training->dataset->count},
            {.key = "pmy.epoch_loss", .real = &training->epoch_loss},
            {.key = "pmy.epoch_seconds", .real = &training->epoch_seconds}}};
}

/* --- Preparing ------------------------------------------------------------ */

static pmy_status build_classifier(pmy_training *training, pmy_error *error)
{
    pmy_recipe *recipe = &training->run.recipe;
    pmy_model_facts facts;
    pmy_status status = pmy_facts_for(recipe->net, training->dataset, recipe->normalization, &facts, error);
    if (status != PMY_OK)
        return status;
    pmy_classifier_options options = {
        .batch = recipe->batch, .seed = recipe->seed, .label_smoothing = recipe->label_smoothing};
    status = pmy_classifier_new(&facts, &options, training->pool, &training->classifier, error);
    if (status != PMY_OK)
        return status;
    recipe->net = training->classifier->facts.net.text;
    recipe->normalization = training->classifier->facts.normalization;
    training->run.graph = training->classifier->graph;
    training->run.loss = training->classifier->loss;
    return PMY_OK;
}

/* The last batch of an epoch may be smaller than the others: better said now than after an epoch. */
static pmy_status check_batches(const pmy_training *training, pmy_error *error)
{
    size_t batch = training->run.recipe.batch, rest = training->dataset->count % batch;
    size_t least = training->classifier->facts.net.least_batch;
    if (batch >= least && (rest == 0 || rest >= least))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT,
                    "batches of %zu of %zu examples: one has %zu, but batchnorm needs %zu to train on", batch,
                    training->dataset->count, batch < least ? batch : rest, least);
}

static pmy_status plan_epochs(pmy_training *training, size_t *steps, pmy_error *error)
{
    const pmy_recipe *recipe = &training->run.recipe;
    size_t count = training->dataset->count;
    training->steps_per_epoch = count / recipe->batch + (count % recipe->batch != 0);
    if (!pmy_size_multiply(recipe->epochs, training->steps_per_epoch, steps))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu epochs are too many", recipe->epochs);
    training->order = malloc(count * sizeof *training->order);
    return training->order ? PMY_OK
                           : pmy_fail(error, PMY_NO_MEMORY, "no memory for the order of %zu examples", count);
}

static pmy_status make_augmenters(pmy_training *training, pmy_error *error)
{
    const pmy_dataset *pictures = training->dataset;
    unsigned threads = pmy_pool_threads(training->pool);
    if (pmy_augmentation_is_none(&training->run.recipe.augmentation))
        return PMY_OK;
    training->augmenter = calloc(threads, sizeof *training->augmenter);
    if (!training->augmenter)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for augmentation");
    pmy_status status = PMY_OK;
    for (unsigned t = 0; status == PMY_OK && t < threads; t++)
        status = pmy_augmenter_new(&training->run.recipe.augmentation, pictures->channels, pictures->height,
                                   pictures->width, &training->augmenter[t], error);
    return status;
}

static pmy_status prepare(pmy_training *training, pmy_error *error)
{
    const pmy_recipe *recipe = &training->run.recipe;
    size_t steps = 0;
    if (recipe->epochs < 1 || recipe->batch < 1)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a run needs an epoch and an example in a batch, at least");
    pmy_status status = plan_epochs(training, &steps, error);
    if (status == PMY_OK)
        status = build_classifier(training, error);
    if (status == PMY_OK)
        status = check_batches(training, error);
    if (status == PMY_OK)
        status = make_augmenters(training, error);
    return status == PMY_OK ? pmy_run_begin(&training->run, steps, error) : status;
}

pmy_status pmy_training_new(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_pool *pool,
                            pmy_training **result, pmy_error *error)
{
    pmy_training *training = *result = calloc(1, sizeof *training);
    if (!training)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a training run");
    *training = (pmy_training){.dataset = dataset, .pool = pool, .order_epoch = UINT64_MAX};
    training->run = (pmy_run){.kind = PMY_RECIPE_OF_PICTURES, .recipe = *recipe, .owner = owner_of(training)};
    /* More rows than there are examples would never be filled. */
    if (recipe->batch > dataset->count)
        training->run.recipe.batch = dataset->count;
    pmy_status status = prepare(training, error);
    if (status != PMY_OK) {
        pmy_training_free(training);
        *result = NULL;
    }
    return status;
}

void pmy_training_free(pmy_training *training)
{
    if (!training)
        return;
    for (unsigned t = 0; training->augmenter && t < pmy_pool_threads(training->pool); t++)
        pmy_augmenter_free(training->augmenter[t]);
    free(training->augmenter);
    pmy_run_end(&training->run);
    pmy_classifier_free(training->classifier);
    free(training->order);
    free(training);
}

/* --- Steps ---------------------------------------------------------------- */

/* The examples of a step into the graph's inputs. */
static pmy_status feed(pmy_training *training, size_t first, size_t count, pmy_error *error)
{
    const pmy_recipe *recipe = &training->run.recipe;
    uint64_t epoch = training->run.step / training->steps_per_epoch;
    bool augmented = epoch + recipe->unaugmented < recipe->epochs;
    pmy_status status = PMY_OK;
    if (training->order_epoch != epoch)
        status = pmy_epoch_order(recipe->order, recipe->seed, (uint32_t)epoch, training->dataset->count,
                                 training->order, error);
    if (status == PMY_OK) {
        training->order_epoch = epoch;
        status = pmy_classifier_feed(training->classifier, training->dataset, training->order + first, count,
                                     augmented ? training->augmenter : NULL, (uint32_t)epoch, error);
    }
    if (status != PMY_OK)
        pmy_run_name_step("step", training->run.step + 1, error);
    return status;
}

pmy_status pmy_training_step(pmy_training *training, pmy_step_report *report, pmy_error *error)
{
    double started = pmy_seconds();
    pmy_run *run = &training->run;
    size_t examples = training->dataset->count, batch = run->recipe.batch;
    size_t first = (size_t)(run->step % training->steps_per_epoch) * batch;
    size_t count = examples - first < batch ? examples - first : batch;
    pmy_status status = feed(training, first, count, error);
    if (status == PMY_OK)
        status = pmy_run_step(run, error);
    if (status != PMY_OK)
        return status;
    if (first == 0)
        training->epoch_loss = training->epoch_seconds = 0, training->epoch_correct = 0;
    training->epoch_correct += pmy_count_correct(training->classifier);
    double loss = (double)pmy_item(run->loss), seconds = pmy_seconds() - started;
    run->seconds += seconds;
    training->epoch_seconds += seconds;
    training->epoch_loss += loss * (double)count;
    *report = (pmy_step_report){.step = run->step,
                                .steps = run->schedule.total,
                                .epoch = (size_t)((run->step - 1) / training->steps_per_epoch) + 1,
                                .epochs = run->recipe.epochs,
                                .seen = first + count,
                                .examples = examples,
                                .loss = loss,
                                .learning_rate = run->optim->learning_rate,
                                .seconds = run->seconds,
                                .ends_epoch = first + count == examples};
    return PMY_OK;
}

/* --- Evaluating and running ----------------------------------------------- */

pmy_status pmy_evaluate(pmy_training *training, const pmy_dataset *dataset, pmy_predictions_watcher watcher,
                        pmy_score *score, pmy_error *error)
{
    bool swapped = pmy_run_take_average(&training->run);
    pmy_status status = pmy_classifier_evaluate(training->classifier, dataset, watcher, score, error);
    if (swapped)
        pmy_average_swap(training->run.average);
    return status;
}

static pmy_status end_epoch(pmy_training *training, const pmy_step_report *step,
                            const pmy_dataset *validation, const pmy_watcher *watcher, pmy_error *error)
{
    pmy_epoch_report epoch = {.epoch = step->epoch,
                              .epochs = step->epochs,
                              .train_loss = training->epoch_loss / (double)step->examples,
                              .train_correct = training->epoch_correct,
                              .images_per_second = (double)step->examples / training->epoch_seconds};
    pmy_status status = PMY_OK;
    if (validation->count)
        status = pmy_evaluate(training, validation, (pmy_predictions_watcher){0}, &epoch.validation, error);
    if (status != PMY_OK)
        pmy_run_name_step("after step", step->step, error);
    else if (watcher->epoch)
        watcher->epoch(watcher->context, &epoch);
    return status;
}

pmy_status pmy_train(pmy_training *training, const pmy_dataset *validation, const pmy_watcher *watcher,
                     pmy_error *error)
{
    while (training->run.step < training->run.schedule.total) {
        pmy_step_report step;
        pmy_status status = pmy_training_step(training, &step, error);
        if (status == PMY_OK && step.ends_epoch)
            status = end_epoch(training, &step, validation, watcher, error);
        if (status != PMY_OK)
            return status;
        if (watcher->step && !watcher->step(watcher->context, &step))
            return pmy_fail(error, PMY_STOPPED, "stopped after step %llu", (unsigned long long)step.step);
    }
    (void)pmy_run_take_average(&training->run);
    return PMY_OK;
}
