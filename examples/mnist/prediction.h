/* Pictures of digits and what a model makes of them. */
#ifndef MNIST_PREDICTION_H
#define MNIST_PREDICTION_H

#include "picture/digit.h"
#include "train/classifier.h"

typedef struct prediction {
    const char *name; /* the file's; "-" is standard input */
    bool read;        /* everything below is there only if it could be read */
    pmy_digit digit;
    double *p; /* [classes], the probabilities */
    size_t best, second;
} prediction;

/* Reads the picture and makes a digit of it. *picture is empty but for its name after an error. */
pmy_status prediction_read(prediction *picture, const char *name, pmy_error *error);

/* Asks the model about the pictures [count] that could be read. `explains`: the classifier has
 * pictures_gradient. */
pmy_status predictions_make(prediction *pictures, size_t count, const char *model, bool explains,
                            pmy_classifier **classifier, pmy_error *error);

void prediction_free(prediction *picture);

/* What makes the answer doubtful, one after the other: NULL after the last. The text is gone with the next
 * call. `names` are those of the classes, or NULL. */
const char *prediction_warning(const prediction *picture, const char *const *names, size_t index);

#endif
