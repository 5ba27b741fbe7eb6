/* The inside of a training run, shared by the files that train (training.c) and keep it (checkpoint.c).
 * Nobody else includes this. */
#ifndef PMY_TRAIN_TRAINING_STATE_H
#define PMY_TRAIN_TRAINING_STATE_H

#include "train/training.h"

struct pmy_training {
    pmy_recipe recipe; /* its own: net and normalization are the classifier's */
    const pmy_dataset *dataset;
    pmy_pool *pool;
    pmy_classifier *classifier;
    pmy_optim *optim;
    pmy_average *average;      /* NULL: none */
    pmy_augmenter **augmenter; /* [threads of the pool]; NULL: none */
    pmy_schedule schedule;
    uint32_t *order; /* [dataset->count], of the running epoch */
    uint64_t step;
    size_t steps_per_epoch;
    double seconds;                   /* in steps, so far */
    double epoch_loss, epoch_seconds; /* of the running epoch: Σ loss · examples, and time in its steps */
    size_t epoch_correct;
};

/* Fills order with that of an epoch, counted from 0. */
pmy_status pmy_training_order(pmy_training *training, uint64_t epoch, pmy_error *error);

#endif
