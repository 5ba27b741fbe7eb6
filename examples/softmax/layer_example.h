/* A linear layer below the loss, as gradcheck/explain_layer.h explains it, with numbers to follow by hand. */
#ifndef SOFTMAX_LAYER_EXAMPLE_H
#define SOFTMAX_LAYER_EXAMPLE_H

#include "pmy64/gradcheck/explain_layer.h"

#include <stdint.h>

typedef pmy64_layer_explanation layer_example;

/* Draws x, W, b and the target for the sizes that are set. */
void layer_example_draw(layer_example *of, uint64_t seed);

#endif
