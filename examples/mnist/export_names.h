/* What the classes of an exported net are called. */
#ifndef MNIST_EXPORT_NAMES_H
#define MNIST_EXPORT_NAMES_H

#include "train/model.h"

#include <stdio.h>

/* Writes pmy_classes, an array of strings; nothing where classes have no names. */
void export_names(FILE *file, const pmy_model_facts *facts);

#endif
