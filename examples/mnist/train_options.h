/* The command line of `mnist train`. */
#ifndef MNIST_TRAIN_OPTIONS_H
#define MNIST_TRAIN_OPTIONS_H

#include "common/options.h"
#include "train/training.h"

enum { MOST_RECIPE_OPTIONS = 24, MOST_RECIPE_WORDS = 16 };

/* What an option of the recipe holds, by its kind; −1, NaN or NULL: it is not set. */
typedef union recipe_value {
    long long whole;
    double real;
    int word;
    const char *text;
} recipe_value;

typedef struct train_options {
    pmy_recipe recipe;
    const char *data, *init, *save, *checkpoint, *resume, *log, *report;
    long long validation, threads, every;
    bool verbose, json, quiet;
    recipe_value value[MOST_RECIPE_OPTIONS]; /* of the fields of pmy_recipe_field_at */
    const char *word[MOST_RECIPE_OPTIONS][MOST_RECIPE_WORDS + 1];
    cJSON *resumed; /* the options of the run that is resumed */
    option_row rows[OPTIONS_MOST_ROWS];
    options command; /* over the rows, for messages and the line that reproduces the run */
} train_options;

/* Reads the command line: what it does not say comes from the run it resumes, or else from the net's
 * preset. The recipe's texts live as long as *o. On OPTIONS_WRONG, stderr has said why. */
options_result train_options_read(train_options *o, int argc, char **argv);
void train_options_free(train_options *o);

#endif
