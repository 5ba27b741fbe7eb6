/* What softmax explain prints for people. */
#ifndef SOFTMAX_EXPLAIN_STEPS_H
#define SOFTMAX_EXPLAIN_STEPS_H

#include "softmax/derivation.h"

/* *printed: false if memory ran out or standard output failed on the way. */
pmy_status explain_steps(const derivation *row, bool *printed, pmy_error *error);

#endif
