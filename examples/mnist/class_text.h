/* What a class is called: by its name, or else by its number. */
#ifndef MNIST_CLASS_TEXT_H
#define MNIST_CLASS_TEXT_H

#include "data/class_names.h"

typedef struct class_text {
    char text[PMY_LONGEST_CLASS_NAME + 1];
} class_text;

/* `names` [classes] may be NULL: there are none. */
class_text class_text_of(const char *const *names, size_t class_index);

#endif
