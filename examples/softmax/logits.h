/* Logits and other numbers as they stand on a command line. */
#ifndef SOFTMAX_LOGITS_H
#define SOFTMAX_LOGITS_H

#include "common/options.h"

/* Reads operands[0 … count − 1]: numbers, of which -inf masks its class. False: stderr says what is wrong. */
bool logits_read(const options *command, char *const operands[], size_t count, double *z /* [count] */);

/* Reads "0.7,0.2,0.1", the value of the option `what`: count numbers from 0 on, not all of them 0. False: as
 * above. */
bool logits_read_targets(const options *command, const char *what, const char *text, size_t count,
                         double *y /* [count] */);

#endif
