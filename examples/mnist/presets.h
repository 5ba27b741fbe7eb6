/* Nets for pictures with a name, each with the recipe that trains it well. */
#ifndef MNIST_PRESETS_H
#define MNIST_PRESETS_H

#include "common/preset.h"

extern const preset_table mnist_presets;

#endif
