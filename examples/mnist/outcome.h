/* What a test came to. */
#ifndef MNIST_OUTCOME_H
#define MNIST_OUTCOME_H

#include "common/json.h"
#include "train/assessment.h"

/* accuracy, correct, total, wilson95 and loss; and the classes, where they have names [classes] (else NULL).
 */
void outcome_add(json_line *line, const pmy_assessment *assessment, const char *const *names);

/* The same in a line of text; unless quiet, with what is confused most often, by the labels [classes]. */
void outcome_print(const pmy_assessment *assessment, const char *const *labels, bool quiet);

#endif
