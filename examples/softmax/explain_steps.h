/* What softmax explain prints for people. */
#ifndef SOFTMAX_EXPLAIN_STEPS_H
#define SOFTMAX_EXPLAIN_STEPS_H

#include "gradcheck/explanation.h"

/* *printed: false if memory ran out or standard output failed on the way. */
pmy_status explain_steps(const pmy_explanation *row, bool *printed, pmy_error *error);

#endif
