/* Nets for texts with a name, each with the recipe that trains it well. */
#ifndef TEXT_PRESETS_H
#define TEXT_PRESETS_H

#include "common/preset.h"

extern const preset_table text_presets;

#endif
