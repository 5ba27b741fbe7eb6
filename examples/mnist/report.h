/* What a training run says while it goes on: to a person, as JSON lines, or little. */
#ifndef MNIST_REPORT_H
#define MNIST_REPORT_H

#include "mnist/train_options.h"

typedef struct report {
    const train_options *options;
    FILE *log; /* NULL: none */
    bool live; /* progress within an epoch, on a terminal */
    double started, shown;
    double loss; /* of the running epoch, smoothed */
    bool failed; /* something could not be written */
} report;

/* Opens the log, if there is one. False: stderr says why not. */
bool report_open(report *r, const train_options *chosen);

/* The data, the net as a table, and the recipe. */
void report_start(report *r, const pmy_dataset *train, const pmy_dataset *validation, const pmy_dataset *test,
                  const pmy_net *net);

void report_step(report *r, const pmy_step_report *step);
void report_epoch(report *r, const pmy_epoch_report *epoch);
void report_test(report *r, const pmy_score *score, double train_seconds);

/* False: something could not be written, and stderr has said so. */
bool report_close(report *r);

#endif
