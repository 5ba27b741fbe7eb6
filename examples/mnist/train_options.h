/* The command line of `mnist train`. */
#ifndef MNIST_TRAIN_OPTIONS_H
#define MNIST_TRAIN_OPTIONS_H

#include "common/recipe_options.h"

typedef struct train_options {
    pmy_recipe recipe;
    const char *data, *init, *save, *checkpoint, *resume, *log, *report;
    long long validation, threads, every;
    bool verbose, json, quiet;
    recipe_options of_recipe;
    cJSON *resumed; /* the options of the run that is resumed */
    option_row rows[OPTIONS_MOST_ROWS];
    options command; /* over the rows, for messages and the line that reproduces the run */
} train_options;

/* Reads the command line: what it does not say comes from the run it resumes, or else from the net's
 * preset. The recipe's texts live as long as *o. On OPTIONS_WRONG, stderr has said why. */
options_result train_options_read(train_options *o, int argc, char **argv);
void train_options_free(train_options *o);

#endif
