/* What a training run says while it goes on: to a person, as JSON lines, or little. */
#ifndef MNIST_PROGRESS_H
#define MNIST_PROGRESS_H

#include "common/run_progress.h"
#include "mnist/train_options.h"
#include "train/assessment.h"
#include "train/training.h"

typedef struct progress {
    const train_options *options;
    run_progress usual;
} progress;

progress progress_of(const train_options *chosen, const pmy_training *training);

/* The data, the net as a table, and the recipe. */
void progress_start(const progress *p, const pmy_dataset *train, const pmy_dataset *validation,
                    const pmy_dataset *test, const pmy_training *training);

void progress_step(progress *p, const pmy_step_report *step);
void progress_epoch(const progress *p, const pmy_epoch_report *epoch);
void progress_test(const progress *p, const pmy_assessment *assessment, const pmy_dataset *test,
                   const pmy_training *training);

#endif
