/* A linear layer below softmax_xent, on one row: its numbers forward, backward, by finite differences, and
 * after one step of gradient descent. */
#ifndef SOFTMAX_LAYER_EXAMPLE_H
#define SOFTMAX_LAYER_EXAMPLE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum { LAYER_MOST = 12 };

/* How far the step of gradient descent goes. */
#define LAYER_RATE 0.1

/* x [inputs], W [classes, inputs], b [classes] and what follows from them. */
typedef struct layer_example {
    size_t inputs, classes, target;
    double x[LAYER_MOST], w[LAYER_MOST * LAYER_MOST], b[LAYER_MOST];
    double z[LAYER_MOST], p[LAYER_MOST], y[LAYER_MOST], slope[LAYER_MOST]; /* slope: p − y */
    double dx[LAYER_MOST], dw[LAYER_MOST * LAYER_MOST], db[LAYER_MOST];
    double numeric_dx[LAYER_MOST], numeric_dw[LAYER_MOST * LAYER_MOST], numeric_db[LAYER_MOST];
    double new_w[LAYER_MOST * LAYER_MOST], new_b[LAYER_MOST];
    double loss, new_loss;
} layer_example;

/* Draws x, W, b and the target for the sizes that are set. */
void layer_example_draw(layer_example *of, uint64_t seed);

/* Fills in all that follows. */
pmy_status layer_example_compute(layer_example *of, pmy_error *error);

#endif
