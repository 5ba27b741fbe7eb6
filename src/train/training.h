/* A training run on pictures, or on a table: a classifier, its data, and a run (train/run.h), step by step.
 *
 *   pmy_training_new(&recipe, &dataset, pool, &training, &error);
 *   pmy_train(training, &validation, &watcher, &error);
 *   pmy_evaluate(training, &test, (pmy_predictions_watcher){0}, &score, &error);
 *   pmy_model_save("m.safetensors", &training->classifier->facts, training->classifier->graph, &error);
 *
 * An epoch visits every example once, in batches of recipe.batch; its last batch has what is left. All
 * random numbers come from the recipe's seed: the same recipe and data end in the same bits, on
 * any number of threads. */
#ifndef PMY_TRAIN_TRAINING_H
#define PMY_TRAIN_TRAINING_H

#include "train/classifier.h"
#include "train/run.h"

/* To be read by anyone. */
typedef struct pmy_training {
    pmy_run run; /* its recipe's net and normalization are the classifier's */
    const pmy_dataset *dataset;
    pmy_pool *pool;
    pmy_classifier *classifier;
    pmy_augmenter **augmenter; /* [threads of the pool]; NULL: none */
    uint32_t *order;           /* [dataset->count] */
    uint64_t order_epoch;      /* whose order that is, counted from 0; UINT64_MAX: there is none yet */
    size_t steps_per_epoch;
    double epoch_loss, epoch_seconds; /* of the running epoch: Σ loss · examples, and time in its steps */
    size_t epoch_correct;
} pmy_training;

/* Prepares a run on `dataset`, which must outlive it, as must the pool (NULL: the calling
 * thread). Targets are normalized by their own means and deviations. Errors: PMY_BAD_NET with the place of
 * the word in recipe->net, PMY_BAD_ARGUMENT, PMY_BAD_DATA (pmy_dataset_check), PMY_NO_MEMORY. */
pmy_status pmy_training_new(const pmy_recipe *recipe, const pmy_dataset *dataset, pmy_pool *pool,
                            pmy_training **training, pmy_error *error);
void pmy_training_free(pmy_training *training);

/* Whether a net can be trained on batches of so many of the examples: the last one of an epoch may be smaller
 * than the others. Better said before an epoch than after it. Errors: PMY_BAD_ARGUMENT. */
pmy_status pmy_training_check_batches(const pmy_net *net, size_t batch, size_t examples, pmy_error *error);

/* After a step. */
typedef struct pmy_step_report {
    uint64_t step, steps;  /* done so far; of the whole run */
    size_t epoch, epochs;  /* the epoch of this step, from 1; of the whole run */
    size_t seen, examples; /* examples seen in this epoch; in a whole one */
    double loss;           /* the batch's mean loss */
    double learning_rate;  /* of this step */
    double seconds;        /* spent in steps so far */
    bool ends_epoch;
} pmy_step_report;

/* One step: the next batch, forward, backward, update. PMY_BAD_DATA if the
 * batch cannot be computed (a NaN, …): the message names step, node and row, and nothing is
 * updated. Not to be called once all steps are done. */
pmy_status pmy_training_step(pmy_training *training, pmy_step_report *report, pmy_error *error);

/* How the model, or its average where the recipe has one, does on a dataset: pmy_classifier_evaluate. */
pmy_status pmy_evaluate(pmy_training *training, const pmy_dataset *dataset, pmy_predictions_watcher watcher,
                        pmy_score *score, pmy_error *error);
/* The same by parts, between which the run may not take a step: pmy_classifier_evaluate_next. */
pmy_status pmy_evaluate_next(pmy_training *training, const pmy_dataset *dataset,
                             pmy_predictions_watcher watcher, pmy_score *score, pmy_error *error);

/* After an epoch. */
typedef struct pmy_epoch_report {
    size_t epoch, epochs;
    double train_loss;        /* mean over the epoch's examples, as each was met */
    size_t train_correct;     /* of them, as each was met */
    double images_per_second; /* over the epoch's steps: order, gather, forward, backward, update */
    pmy_score validation;     /* count 0: there is none */
} pmy_epoch_report;

/* Whoever wants to see a run; functions may be NULL. A step that returns false stops it. */
typedef struct pmy_watcher {
    void *context;
    bool (*step)(void *context, const pmy_step_report *report);
    void (*epoch)(void *context, const pmy_epoch_report *report);
} pmy_watcher;

/* All steps that are left. `validation` may be empty; it is looked at after each epoch and chooses nothing.
 * PMY_STOPPED if the watcher stopped it. After the last step the model is the average, where the recipe has
 * one. */
pmy_status pmy_train(pmy_training *training, const pmy_dataset *validation, const pmy_watcher *watcher,
                     pmy_error *error);

#endif
