/* A language model's training run: windows of a text drawn at random, step by step.
 *
 *   pmy_language_training_new(&recipe, &vocabulary, &text, pool, &training, &error);
 *   while (training->run.step < training->run.schedule.total)
 *       pmy_language_training_step(training, &report, &error);
 *   pmy_run_take_average(&training->run);
 *   pmy_model_save("m.safetensors", &training->language->facts, training->run.graph, &error);
 *
 * All random numbers come from the recipe's seed and the number of the step: the same recipe and text end in
 * the same bits, on any number of threads, also after an interruption (train/checkpoint.h). */
#ifndef PMY_TRAIN_LANGUAGE_TRAINING_H
#define PMY_TRAIN_LANGUAGE_TRAINING_H

#include "train/language.h"
#include "train/run.h"

/* To be read by anyone. */
typedef struct pmy_language_training {
    pmy_run run; /* its own: the recipe's net is the language model's */
    const pmy_text *text;
    pmy_language *language;
} pmy_language_training;

/* Prepares a run on `text`, encoded by `vocabulary`, which both must outlive it, as must the pool (NULL: the
 * calling thread). Errors: PMY_BAD_NET with the place of the word in recipe->net, PMY_BAD_ARGUMENT (also: a
 * text shorter than a window), PMY_NO_MEMORY. */
pmy_status pmy_language_training_new(const pmy_recipe *recipe, const pmy_vocabulary *vocabulary,
                                     const pmy_text *text, pmy_pool *pool, pmy_language_training **training,
                                     pmy_error *error);
void pmy_language_training_free(pmy_language_training *training);

/* After a step. */
typedef struct pmy_language_step {
    uint64_t step, steps; /* done so far; of the whole run */
    double loss;          /* the batch's mean loss, in nats a token */
    double learning_rate; /* of this step */
    size_t tokens;        /* seen in this step */
    double seconds;       /* spent in steps so far */
} pmy_language_step;

/* One step: windows, forward, backward, update. PMY_BAD_DATA if it cannot be computed; nothing is updated
 * then. Not to be called once all steps are done. */
pmy_status pmy_language_training_step(pmy_language_training *training, pmy_language_step *report,
                                      pmy_error *error);

/* How the model, or its average where the recipe has one, does on a text: pmy_language_evaluate. */
pmy_status pmy_language_training_evaluate(pmy_language_training *training, const pmy_text *text,
                                          pmy_language_watcher watcher, pmy_language_score *score,
                                          pmy_error *error);

#endif
