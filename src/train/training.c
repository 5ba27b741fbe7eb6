#include "train/training.h"

#include "base/parts.h"
#include "base/clock.h"
#include "base/crc32.h"

#include <stdio.h>
#include <stdlib.h>

/* --- What a checkpoint keeps of it ----------------------------------------- */

static pmy_run_data data_of(const void *context)
{
    const pmy_training *training = context;
    const pmy_dataset *of = training->dataset;
    size_t numbers = of->count * pmy_dataset_features(of), targets = of->count * of->target_width;
    pmy_run_data data = {0};
    data.checksum =
        of->images ? pmy_crc32(0, of->images, numbers) : pmy_crc32(0, of->reals, numbers * sizeof *of->reals);
    data.checksum = of->targets ? pmy_crc32(data.checksum, of->targets, targets * sizeof *of->targets)
                                : pmy_crc32(data.checksum, of->labels, of->count * sizeof *of->labels);
    (void)snprintf(data.size, sizeof data.size, "%zu of %s%s %zu %s", of->count,
                   pmy_shape_print(pmy_dataset_shape(of)).text, of->images ? " in" : ", reals, in",
                   of->targets ? of->target_width : of->classes, of->targets ? "targets" : "classes");
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

/* Normalizations of their own for the columns, where the recipe says so, and for targets. They are the
 * caller's to free once the facts are copied. */
static pmy_status measure_columns(const pmy_training *training, pmy_model_facts *facts,
                                  pmy_normalization **measured, pmy_error *error)
{
    const pmy_dataset *dataset = training->dataset;
    size_t features = training->run.recipe.by_column ? pmy_dataset_features(dataset) : 0;
    *measured = calloc(features + facts->targets + 1, sizeof **measured);
    if (!*measured)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for the normalization of columns");
    if (features) {
        pmy_normalization_measure(dataset, *measured);
        facts->columns = *measured;
    }
    if (facts->targets) {
        const pmy_dataset targets = {
            .reals = dataset->targets, .count = dataset->count, .width = facts->targets};
        pmy_normalization_measure(&targets, *measured + features);
        facts->target = *measured + features;
    }
    return PMY_OK;
}

static pmy_status choose_loss(const pmy_recipe *recipe, pmy_model_facts *facts, pmy_error *error)
{
    if (recipe->loss && recipe->loss->of_classes != facts->loss->of_classes)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "the loss %s is of %s, but the data has %s",
                        recipe->loss->name, recipe->loss->of_classes ? "classes" : "numbers",
                        recipe->loss->of_classes ? "numbers as targets" : "classes");
    if (recipe->loss)
        facts->loss = recipe->loss;
    return PMY_OK;
}

static pmy_status build_classifier(pmy_training *training, pmy_error *error)
{
    pmy_recipe *recipe = &training->run.recipe;
    pmy_model_facts facts;
    pmy_normalization *measured = NULL; /* [features + targets] */
    pmy_status status = pmy_facts_for(recipe->net, training->dataset, recipe->normalization, &facts, error);
    if (status == PMY_OK)
        status = choose_loss(recipe, &facts, error);
    if (status == PMY_OK)
        status = measure_columns(training, &facts, &measured, error);
    pmy_classifier_options options = {
        .batch = recipe->batch, .seed = recipe->seed, .label_smoothing = recipe->label_smoothing};
    if (status == PMY_OK)
        status = pmy_classifier_new(&facts, &options, training->pool, &training->classifier, error);
    free(measured);
    if (status != PMY_OK)
        return status;
    recipe->net = training->classifier->facts.net.text;
    recipe->normalization = training->classifier->facts.normalization;
    recipe->loss = training->classifier->facts.loss;
    training->run.graph = training->classifier->graph;
    training->run.loss = training->classifier->loss;
    training->run.net = &training->classifier->facts.net;
    return PMY_OK;
}

pmy_status pmy_training_check_batches(const pmy_net *net, size_t batch, size_t examples, pmy_error *error)
{
    size_t rest = examples % batch, least = net->least_batch;
    if (batch >= least && (rest == 0 || rest >= least))
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT,
                    "batches of %zu of %zu examples: one has %zu, but batchnorm needs %zu to train on", batch,
                    examples, batch < least ? batch : rest, least);
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
    if (pictures->channels == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "augmentation is of pictures, but the examples are %zu numbers each",
                        pictures->width);
    pmy_status status = PMY_OK;
    for (unsigned t = 0; status == PMY_OK && t < threads; t++)
        status = pmy_augmenter_new(&training->run.recipe.augmentation, pictures->channels, pictures->height,
                                   pictures->width, &training->augmenter[t], error);
    return status;
}

static pmy_status check_data(const pmy_dataset *dataset, pmy_error *error)
{
    if (dataset->count == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a run needs an example to learn");
    if (!dataset->labels && !dataset->targets)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "examples without labels or targets have nothing to learn");
    return pmy_dataset_check(dataset, 0, dataset->count, error);
}

static pmy_status prepare(pmy_training *training, pmy_error *error)
{
    const pmy_recipe *recipe = &training->run.recipe;
    size_t steps = 0;
    if (recipe->epochs < 1 || recipe->batch < 1)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a run needs an epoch and an example in a batch, at least");
    pmy_status status = check_data(training->dataset, error);
    if (status == PMY_OK)
        status = plan_epochs(training, &steps, error);
    if (status == PMY_OK)
        status = build_classifier(training, error);
    if (status == PMY_OK)
        status = pmy_training_check_batches(&training->classifier->facts.net, training->run.recipe.batch,
                                            training->dataset->count, error);
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
    size_t count = pmy_at_most(examples - first, batch);
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

pmy_status pmy_evaluate_next(pmy_training *training, const pmy_dataset *dataset,
                             pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error)
{
    bool swapped = pmy_run_take_average(&training->run);
    pmy_status status = pmy_classifier_evaluate_next(training->classifier, dataset, watcher, score, error);
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
