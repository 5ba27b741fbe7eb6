/* The weights of an exported net's steps, with what was folded into them. */
#ifndef MNIST_EXPORT_NUMBERS_H
#define MNIST_EXPORT_NUMBERS_H

#include "mnist/export_plan.h"
#include "tensor/graph.h"

/* Of a step: [step->weights] and [step->biases] numbers, NULL where there are none. Those of linear and conv
 * have their batchnorm multiplied in; a batchnorm's by itself are scales and shifts of each channel. */
typedef struct export_numbers {
    pmy_real *weight, *bias; /* the caller's */
} export_numbers;

/* Errors: PMY_BAD_DATA (with its batchnorm a number is not finite), PMY_NO_MEMORY. */
pmy_status export_numbers_take(const export_step *step, const pmy_graph *graph, export_numbers *numbers,
                               pmy_error *error);
void export_numbers_free(export_numbers *numbers);

#endif
