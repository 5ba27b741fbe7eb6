/* The recipe of a preset, as a command line with its name alone would make it. */
#ifndef COMMON_PRESET_RECIPE_H
#define COMMON_PRESET_RECIPE_H

#include "common/preset.h"
#include "train/recipe.h"

/* The field that an option, "--lr" or "lr", sets in runs of a kind; NULL: none. */
const pmy_recipe_field *preset_field(pmy_recipe_kind kind, const char *option);

/* What every run begins with, and over it the preset's options; its net is the preset's. */
pmy_recipe preset_recipe(const preset_table *table, const preset *p, pmy_recipe_kind kind);

#endif
