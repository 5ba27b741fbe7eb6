/* What a test came to. */
#ifndef MNIST_OUTCOME_H
#define MNIST_OUTCOME_H

#include "common/json.h"
#include "train/assessment.h"

/* accuracy, correct, total, wilson95 and loss. */
void outcome_add(json_line *line, const pmy_assessment *assessment);

/* The same in a line of text; unless quiet, with what is confused most often. */
void outcome_print(const pmy_assessment *assessment, bool quiet);

#endif
