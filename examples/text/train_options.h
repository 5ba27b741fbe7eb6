/* The command line of `text train`. */
#ifndef TEXT_TRAIN_OPTIONS_H
#define TEXT_TRAIN_OPTIONS_H

#include "common/training_options.h"

typedef struct train_options {
    training_options usual;
    const char *data, *report;
    double validation;    /* share of the text, its last part */
    long long validating; /* steps from one validation to the next; 0: one at the end */
} train_options;

/* As training_options_read; to be freed with training_options_free(&o->usual). */
options_result train_options_read(train_options *o, int argc, char **argv);

#endif
