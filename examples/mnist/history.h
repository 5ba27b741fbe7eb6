/* What a training run did, kept for the report it leaves. */
#ifndef MNIST_HISTORY_H
#define MNIST_HISTORY_H

#include "train/training.h"

#include <stdbool.h>

typedef struct history {
    pmy_step_report *steps; /* [step_count] */
    size_t step_count, step_room;
    pmy_epoch_report *epochs; /* [epoch_count] */
    size_t epoch_count, epoch_room;
    size_t examples; /* of an epoch */
    bool failed;     /* there was no memory; nothing more is kept */
} history;

void history_step(history *h, const pmy_step_report *step);
void history_epoch(history *h, const pmy_epoch_report *epoch);
void history_free(history *h);

/* A moment of the run in epochs: 1.5 is half through the second. */
double history_epochs_at(const pmy_step_report *step);

#endif
