/* The weights of an exported net, as arrays of C. */
#ifndef MNIST_EXPORT_WEIGHTS_H
#define MNIST_EXPORT_WEIGHTS_H

#include "mnist/export_plan.h"

#include <stdio.h>

/* A layer's name as part of a name in C: "3_0" of "3.0". */
typedef struct export_name {
    char text[sizeof((pmy_layer *)0)->name];
} export_name;
export_name export_name_of(const pmy_layer *layer);

/* Writes weight_NAME and bias_NAME of a step that has such (linear and conv with their batchnorm multiplied
 * in, layernorm; of a batchnorm by itself scale_NAME and shift_NAME), each number so that it reads back as
 * the same float. Errors: PMY_BAD_DATA (with its batchnorm a number is not finite), PMY_NO_MEMORY. */
pmy_status export_weights(FILE *file, const export_step *step, const pmy_graph *graph, pmy_error *error);

#endif
