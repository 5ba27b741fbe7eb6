/* The command line of `mnist train`. */
#ifndef MNIST_TRAIN_OPTIONS_H
#define MNIST_TRAIN_OPTIONS_H

#include "common/training_options.h"

typedef struct train_options {
    training_options usual;
    const char *data, *report;
    long long validation;
    bool skip_bad, verbose;
} train_options;

/* As training_options_read; to be freed with training_options_free(&o->usual). */
options_result train_options_read(train_options *o, int argc, char **argv);

#endif
