#include "train/training.h"

#include "base/clock.h"

#include <stdlib.h>

/* --- Preparing ------------------------------------------------------------ */

static pmy_status build_classifier(pmy_training *training, pmy_error *error)
{
    pmy_recipe *recipe = &training->recipe;
    pmy_model_facts facts;
    pmy_status status = pmy_facts_for(recipe->net, training->dataset, recipe->normalization, &facts, error);
    if (status != PMY_OK)
        return status;
    pmy_classifier_options options = {
        .batch = recipe->batch, .seed = recipe->seed, .label_smoothing = recipe->label_smoothing};
    status = pmy_classifier_new(&facts, &options, training->pool, &training->classifier, error);
    if (status == PMY_OK) {
        recipe->net = training->classifier->facts.net.text;
        recipe->normalization = training->classifier->facts.normalization;
    }
    return status;
}

/* The last batch of an epoch may be smaller than the others: better said now than after an epoch. */
static pmy_status check_batches(const pmy_training *training, pmy_error *error)
{
    size_t batch = training->recipe.batch, rest = training->dataset->count % batch;
    size_t least = training->classifier->facts.net.least_batch;
    if (batch >= least && (rest == 0 || rest >= least))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT,
                    "batches of %zu of %zu examples: one has %zu, but batchnorm needs %zu to train on", batch,
                    training->dataset->count, batch < least ? batch : rest, least);
}

static pmy_status plan_steps(pmy_training *training, pmy_error *error)
{
    const pmy_recipe *recipe = &training->recipe;
    size_t count = training->dataset->count;
    training->steps_per_epoch = count / recipe->batch + (count % recipe->batch != 0);
    size_t steps;
    if (!pmy_size_multiply(recipe->epochs, training->steps_per_epoch, &steps))
        return pmy_fail(error, PMY_BAD_ARGUMENT, "%zu epochs are too many", recipe->epochs);
    training->schedule = pmy_schedule_make(recipe->schedule, recipe->learning_rate, steps);
    /* A step schedule falls after each third of the run. */
    training->schedule.step_every = steps / 3 + (steps % 3 != 0);
    training->order = malloc(count * sizeof *training->order);
    if (!training->order)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the order of %zu examples", count);
    return pmy_schedule_check(&training->schedule, error);
}

static pmy_status make_augmenters(pmy_training *training, pmy_error *error)
{
    const pmy_dataset *pictures = training->dataset;
    unsigned threads = pmy_pool_threads(training->pool);
    if (pmy_augmentation_is_none(&training->recipe.augmentation))
        return PMY_OK;
    training->augmenter = calloc(threads, sizeof *training->augmenter);
    if (!training->augmenter)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for augmentation");
    pmy_status status = PMY_OK;
    for (unsigned t = 0; status == PMY_OK && t < threads; t++)
        status = pmy_augmenter_new(&training->recipe.augmentation, pictures->channels, pictures->height,
                                   pictures->width, &training->augmenter[t], error);
    return status;
}

static pmy_status prepare(pmy_training *training, pmy_error *error)
{
    const pmy_recipe *recipe = &training->recipe;
    if (recipe->epochs < 1 || recipe->batch < 1)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a run needs an epoch and an example in a batch, at least");
    pmy_status status = plan_steps(training, error);
    if (status == PMY_OK)
        status = build_classifier(training, error);
    if (status == PMY_OK)
        status = check_batches(training, error);
    if (status == PMY_OK)
        status = make_augmenters(training, error);
    if (status == PMY_OK)
        status = pmy_optim_new(recipe->optim, &recipe->optim_options, training->classifier->graph,
                               &training->optim, error);
    if (status == PMY_OK && recipe->average_decay != 0)
        status =
            pmy_average_new(recipe->average_decay, training->classifier->graph, &training->average, error);
    return status;
}

pmy_status pmy_training_new(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_pool *pool,
                            pmy_training **result, pmy_error *error)
{
    pmy_training *training = *result = calloc(1, sizeof *training);
    if (!training)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a training run");
    *training =
        (pmy_training){.recipe = *recipe, .dataset = dataset, .pool = pool, .order_epoch = UINT64_MAX};
    /* More rows than there are examples would never be filled. */
    if (training->recipe.batch > dataset->count)
        training->recipe.batch = dataset->count;
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
    pmy_average_free(training->average);
    pmy_optim_free(training->optim);
    pmy_classifier_free(training->classifier);
    free(training->order);
    free(training);
}

/* --- Steps ---------------------------------------------------------------- */

/* The examples of a step into the graph's inputs. */
static pmy_status feed(pmy_training *training, size_t first, size_t count, pmy_error *error)
{
    const pmy_recipe *recipe = &training->recipe;
    uint64_t epoch = training->step / training->steps_per_epoch;
    bool augmented = epoch + recipe->unaugmented < recipe->epochs;
    pmy_status status = PMY_OK;
    if (training->order_epoch != epoch)
        status = pmy_epoch_order(recipe->order, recipe->seed, (uint32_t)epoch, training->dataset->count,
                                 training->order, error);
    if (status != PMY_OK)
        return status;
    training->order_epoch = epoch;
    return pmy_classifier_feed(training->classifier, training->dataset, training->order + first, count,
                               augmented ? training->augmenter : NULL, (uint32_t)epoch, error);
}

static pmy_status take_step(pmy_training *training, size_t first, size_t count, pmy_error *error)
{
    pmy_status status = feed(training, first, count, error);
    if (status == PMY_OK)
        status = pmy_forward(training->classifier->graph, PMY_TRAIN, error);
    if (status == PMY_OK && !pmy_is_finite(pmy_item(training->classifier->loss)))
        status = pmy_fail(error, PMY_BAD_DATA, "%s: the loss is infinite",
                          pmy_node_name(training->classifier->loss));
    if (status != PMY_OK)
        return status;
    pmy_backward(training->classifier->graph);
    pmy_optim_step(training->optim, pmy_schedule_rate(&training->schedule, training->step));
    if (training->average)
        pmy_average_step(training->average);
    return PMY_OK;
}

/* Puts "step 17: " or "after step 17: " before the message. */
static void name_step(const char *when, uint64_t step, pmy_error *error)
{
    if (!error)
        return;
    const pmy_error why = *error;
    (void)pmy_fail(error, why.code, "%s %llu: %.*s", when, (unsigned long long)step,
                   (int)sizeof why.message - 40, why.message);
}

pmy_status pmy_training_step(pmy_training *training, pmy_step_report *report, pmy_error *error)
{
    double started = pmy_seconds();
    size_t examples = training->dataset->count;
    size_t first = (size_t)(training->step % training->steps_per_epoch) * training->recipe.batch;
    size_t count = examples - first < training->recipe.batch ? examples - first : training->recipe.batch;
    pmy_status status = take_step(training, first, count, error);
    if (status != PMY_OK) {
        name_step("step", training->step + 1, error);
        return status;
    }
    if (first == 0)
        training->epoch_loss = training->epoch_seconds = 0, training->epoch_correct = 0;
    training->epoch_correct += pmy_count_correct(training->classifier);
    double rate = pmy_schedule_rate(&training->schedule, training->step), seconds = pmy_seconds() - started;
    training->step++;
    training->seconds += seconds;
    training->epoch_seconds += seconds;
    training->epoch_loss += (double)pmy_item(training->classifier->loss) * (double)count;
    *report = (pmy_step_report){.step = training->step,
                                .steps = training->schedule.total,
                                .epoch = (size_t)((training->step - 1) / training->steps_per_epoch) + 1,
                                .epochs = training->recipe.epochs,
                                .seen = first + count,
                                .examples = examples,
                                .loss = (double)pmy_item(training->classifier->loss),
                                .learning_rate = rate,
                                .seconds = training->seconds,
                                .ends_epoch = first + count == examples};
    return PMY_OK;
}

/* --- Evaluating and running ----------------------------------------------- */

pmy_status pmy_evaluate(pmy_training *training, const pmy_dataset *dataset, pmy_predictions_watcher watcher,
                        pmy_score *score, pmy_error *error)
{
    bool swap = training->average && !training->average->swapped;
    if (swap)
        pmy_average_swap(training->average);
    pmy_status status = pmy_classifier_evaluate(training->classifier, dataset, watcher, score, error);
    if (swap)
        pmy_average_swap(training->average);
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
        name_step("after step", step->step, error);
    else if (watcher->epoch)
        watcher->epoch(watcher->context, &epoch);
    return status;
}

pmy_status pmy_train(pmy_training *training, const pmy_dataset *validation, const pmy_watcher *watcher,
                     pmy_error *error)
{
    while (training->step < training->schedule.total) {
        pmy_step_report step;
        pmy_status status = pmy_training_step(training, &step, error);
        if (status == PMY_OK && step.ends_epoch)
            status = end_epoch(training, &step, validation, watcher, error);
        if (status != PMY_OK)
            return status;
        if (watcher->step && !watcher->step(watcher->context, &step))
            return pmy_fail(error, PMY_STOPPED, "stopped after step %llu", (unsigned long long)step.step);
    }
    if (training->average && !training->average->swapped)
        pmy_average_swap(training->average);
    return PMY_OK;
}
