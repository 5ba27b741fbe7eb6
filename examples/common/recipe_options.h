/* The fields of a training run's recipe (train/recipe.h) as options of a command line. */
#ifndef COMMON_RECIPE_OPTIONS_H
#define COMMON_RECIPE_OPTIONS_H

#include "common/options.h"
#include "train/recipe.h"

enum { MOST_RECIPE_OPTIONS = 40, MOST_RECIPE_WORDS = 16 };

/* What an option holds, by its kind; −1, NaN or NULL: it is not set. */
typedef union recipe_value {
    long long whole;
    double real;
    int word;
    bool flag;
    const char *text;
} recipe_value;

typedef struct recipe_options {
    pmy_recipe_kind kind;
    recipe_value value[MOST_RECIPE_OPTIONS]; /* of the fields of pmy_recipe_field_at */
    const char *word[MOST_RECIPE_OPTIONS][MOST_RECIPE_WORDS + 1];
} recipe_options;

/* Writes a row for each field with an option, none of them set, and returns how many. The rows point into *o.
 */
size_t recipe_options_rows(recipe_options *o, pmy_recipe_kind kind, option_row *rows);

/* Where the value of an option of the recipe is. */
recipe_value *recipe_options_value(recipe_options *o, const char *option);

/* Sets the fields whose options are set. The recipe's texts live as long as theirs. On OPTIONS_WRONG, stderr
 * has said why. */
options_result recipe_options_make(const recipe_options *o, const options *command, pmy_recipe *recipe);

#endif
