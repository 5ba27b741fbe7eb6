/* Pictures of digits and what a model makes of them. */
#ifndef MNIST_PREDICTION_H
#define MNIST_PREDICTION_H

#include "picture/digit.h"
#include "train/classifier.h"

typedef struct prediction {
    const char *name; /* the file's; "-" is standard input */
    bool read;        /* everything below is there only if it could be read */
    size_t place; /* of the digits on the picture that are all read: 1 … from the left; 0: the only one looked
                     at */
    pmy_digit digit;
    double *p; /* [classes], the probabilities */
    size_t best, second;
} prediction;

typedef struct predictions {
    bool keep_stages; /* for contact_sheet_of_stages: some megabytes for each picture */
    size_t count;
    prediction *list; /* [count] */
} predictions;

/* Reads the picture and adds to *to what is made of it: a digit, or `all` that there are, from left to right.
 * After an error, one that is not read is added, if there was memory for it. */
pmy_status predictions_read(predictions *to, const char *name, bool all, pmy_error *error);
void predictions_free(predictions *of);

/* Was a digit found on it? Otherwise there is no answer. */
bool prediction_has_digit(const prediction *picture);

/* Asks the model about the pictures [count] that could be read. `explains`: the classifier has
 * pictures_gradient. */
pmy_status predictions_make(prediction *pictures, size_t count, const char *model, bool explains,
                            pmy_classifier **classifier, pmy_error *error);

void prediction_free(prediction *picture);

/* What makes the answer doubtful, one after the other: NULL after the last. The text is gone with the next
 * call. `names` are those of the classes, or NULL. */
const char *prediction_warning(const prediction *picture, const char *const *names, size_t index);

#endif
