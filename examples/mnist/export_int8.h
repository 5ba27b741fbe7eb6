/* mnist export --int8: a model as one file of C in integers. */
#ifndef MNIST_EXPORT_INT8_H
#define MNIST_EXPORT_INT8_H

#include "train/classifier.h"

#include <stdio.h>

/* What is written: a model, and pictures that show it what its numbers are like. */
typedef struct export_int8_source {
    const pmy_classifier *classifier;
    const pmy_dataset *pictures;
} export_int8_source;

/* Writes the C of an export_int8_source. Errors: PMY_BAD_NET (naming a layer that has no integers),
 * PMY_BAD_ARGUMENT (pictures of another size), PMY_BAD_DATA, PMY_NO_MEMORY. */
pmy_status export_int8_write(FILE *file, const void *source, pmy_error *error);

#endif
