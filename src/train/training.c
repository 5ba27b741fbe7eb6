#include "train/training.h"

#include "base/parts.h"
#include "base/clock.h"

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
