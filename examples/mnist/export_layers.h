/* The code of an exported net's steps. */
#ifndef MNIST_EXPORT_LAYERS_H
#define MNIST_EXPORT_LAYERS_H

#include "mnist/export_plan.h"

#include <stdio.h>

/* Writes the functions of one number that the steps use: relu, sigmoid, … */
void export_activations(FILE *file, const export_plan *plan);

/* Writes a step's function, `static void layer_NAME(const float *x, float *y)`; a group's, which adds, has
 * the group's input as `const float *begun_with` in the middle. */
void export_layer(FILE *file, const export_step *step);

#endif
