/* The command line of a command that trains: a net or a preset with its recipe, the files a run reads and
 * writes, and what the command has of its own.
 *
 * What the command line does not say comes from the run it resumes, or else from the net's preset. */
#ifndef COMMON_TRAINING_OPTIONS_H
#define COMMON_TRAINING_OPTIONS_H

#include "common/preset.h"
#include "common/recipe_options.h"
#include "train/checkpoint.h"

/* What sets one such command apart from another. */
typedef struct training_command {
    const char *summary;
    pmy_recipe_kind kind;
    const preset_table *presets;
    option_row data;       /* comes first */
    const option_row *own; /* [own_count], come after the recipe's */
    size_t own_count;
    const char *net_example;       /* for the help: layers of a net */
    const char *usual_checkpoints; /* what the help says for the default of --every */
} training_command;

typedef struct training_options {
    pmy_recipe recipe;
    const char *init, *save, *checkpoint, *resume, *log;
    long long threads, every; /* 0: as usual */
    bool json, quiet;
    recipe_options of_recipe;
    cJSON *resumed; /* the options of the run that is resumed, and what else its checkpoint says */
    pmy_checkpoint_facts kept;
    option_row rows[OPTIONS_MOST_ROWS];
    options command; /* over the rows, for messages and the line that reproduces the run */
} training_options;

/* Reads the command line. The recipe's texts live as long as *o. On OPTIONS_WRONG, stderr has said why. */
options_result training_options_read(training_options *o, const training_command *of, int argc, char **argv);
void training_options_free(training_options *o);

/* Says on stderr what went wrong, and where in the net. */
void training_options_say(const training_options *o, const pmy_error *error);

#endif
