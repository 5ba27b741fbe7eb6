/* The command line of `mnist train`. */
#ifndef MNIST_TRAIN_OPTIONS_H
#define MNIST_TRAIN_OPTIONS_H

#include "common/options.h"
#include "train/training.h"

enum { TRAIN_OPTION_ROWS = 36 };

typedef struct train_options {
    const char *data, *net, *init, *save, *checkpoint, *resume, *log, *report;
    long long epochs, batch, unaugmented, validation, seed, threads, every;
    int optim, schedule, order; /* indices into their lists of words */
    double learning_rate, momentum, weight_decay, label_smoothing, average, mean, deviation;
    const char *augment;
    pmy_augmentation augmentation; /* as `augment` says */
    bool verbose, json, quiet;
    cJSON *resumed; /* the options of the run that is resumed */
    option_row rows[TRAIN_OPTION_ROWS];
    options command; /* over the rows, for messages and the line that reproduces the run */
} train_options;

/* Reads the command line: what it does not say comes from the run it resumes, or else from the net's
 * preset. On OPTIONS_WRONG, stderr has said why. */
options_result train_options_read(train_options *o, int argc, char **argv);
void train_options_free(train_options *o);

/* The recipe they make; its texts live as long as *o. */
pmy_recipe train_options_recipe(const train_options *o);

#endif
