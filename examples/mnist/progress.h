/* What a training run says while it goes on: to a person, as JSON lines, or little. */
#ifndef MNIST_PROGRESS_H
#define MNIST_PROGRESS_H

#include "mnist/train_options.h"
#include "train/assessment.h"
#include "train/training.h"

typedef struct progress {
    const train_options *options;
    FILE *log; /* NULL: none */
    bool live; /* progress within an epoch, on a terminal */
    double started, shown;
    double loss; /* of the running epoch, smoothed */
    bool failed; /* something could not be written */
} progress;

/* Opens the log, if there is one; that of a run that goes on keeps the steps it goes on after. False: stderr
 * says why not. */
bool progress_open(progress *p, const train_options *chosen, const pmy_training *training);

/* Whatever is in the log reaches the system now. */
void progress_flush(progress *p);

/* The data, the net as a table, and the recipe. */
void progress_start(progress *p, const pmy_dataset *train, const pmy_dataset *validation,
                    const pmy_dataset *test, const pmy_training *training);

void progress_step(progress *p, const pmy_step_report *step);
void progress_epoch(progress *p, const pmy_epoch_report *epoch);
void progress_test(progress *p, const pmy_assessment *assessment, const pmy_dataset *test,
                   const pmy_training *training);

/* The report is written. */
void progress_report(const progress *p);

/* False: something could not be written, and stderr has said so. */
bool progress_close(progress *p);

#endif
