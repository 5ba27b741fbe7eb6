/* What is typed into the Train panel: a preset's recipe, with the panel's fields in place of its own. */
#ifndef PAGE_TRAIN_SETTINGS_H
#define PAGE_TRAIN_SETTINGS_H

#include "train/recipe.h"

/* Texts as they stand in the fields. */
typedef struct train_typed {
    const char *preset, *net, *rate, *batch, *pictures, *epochs, *seed;
} train_typed;

typedef struct train_settings {
    pmy_recipe recipe;    /* its net is the typed text */
    pmy_dataset pictures; /* a view of the first of the page's */
} train_settings;

/* NULL: a run can begin with them. Else the name of the field that is wrong, and *error says how. */
const char *train_settings_read(const train_typed *typed, train_settings *settings, pmy_error *error);

/* Answers the error, and of which field it is. */
void train_answer_wrong(const pmy_error *error, const char *field);

#endif
