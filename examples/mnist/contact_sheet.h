/* Contact sheets, as PNG files, about predictions: a row for each picture that could be read. `names`
 * are those of the classes, or NULL. */
#ifndef MNIST_CONTACT_SHEET_H
#define MNIST_CONTACT_SHEET_H

#include "mnist/prediction.h"

/* How it became a digit: the stages of pmy_digit, from left to right, and the answer. */
pmy_status contact_sheet_of_stages(const prediction *pictures, size_t count, const char *const *names,
                                   const char *path, pmy_error *error);

/* What speaks for the answer: on the left the digit; in the middle the gradient of the loss −log p(answer) by
 * the pixels, p − y carried down to them; on the right that times the pixels, what the ink that is there
 * does. Blue where more ink would make the answer surer, red where it would make it less sure; a legend says
 * so. The classifier has pictures_gradient. */
pmy_status contact_sheet_of_saliency(const prediction *pictures, size_t count, pmy_classifier *classifier,
                                     const char *path, pmy_error *error);

#endif
