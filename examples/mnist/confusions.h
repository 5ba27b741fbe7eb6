/* What a model takes for what, in a few lines. */
#ifndef MNIST_CONFUSIONS_H
#define MNIST_CONFUSIONS_H

#include "train/assessment.h"

#include <stdio.h>

/* Prints the pairs that are most often confused, "4 taken for 9: 8×", by the labels [classes]; nothing where
 * there is no mistake. */
void confusions_print(const pmy_assessment *assessment, const char *const *labels, FILE *file);

#endif
