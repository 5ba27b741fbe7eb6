/* The code of an exported net's steps. */
#ifndef MNIST_EXPORT_LAYERS_H
#define MNIST_EXPORT_LAYERS_H

#include "mnist/export_plan.h"

#include <stdio.h>

/* Whether all layers of the net can be written. PMY_BAD_NET, and the message names the first that cannot. */
pmy_status export_check(const pmy_net *net, pmy_error *error);

/* Writes the functions of one number that the steps use: relu, sigmoid, … */
void export_activations(FILE *file, const export_plan *plan);

/* Writes a step's function, `static void layer_NAME(const float *x, float *y)`; a group's, which adds, has
 * the group's input as `const float *begun_with` in the middle. */
void export_layer(FILE *file, const export_step *step);

#endif
