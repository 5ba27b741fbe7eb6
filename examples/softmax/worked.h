/* Worked examples of softmax in a text file, one a line:
 *
 *   logits | temperature | claimed p
 *   2.0 1.0 0.5 | 0.5 | 0.84 0.11 0.04
 *
 * Numbers are separated by blanks or commas, and may stand in brackets; "T = 0.5" may be written for 0.5.
 * A # begins a comment, and empty lines are skipped. */
#ifndef SOFTMAX_WORKED_H
#define SOFTMAX_WORKED_H

#include "base/status.h"

#include <stddef.h>
#include <stdio.h>

enum { WORKED_MOST_CLASSES = 100 };

typedef struct worked_example {
    size_t line; /* in the file, from 1 on */
    size_t classes;
    double z[WORKED_MOST_CLASSES];
    double temperature;
    double claimed[WORKED_MOST_CLASSES];
    int decimals[WORKED_MOST_CLASSES]; /* how many the claim is printed with */
} worked_example;

typedef struct worked_examples {
    size_t count;
    worked_example *example; /* [count] */
} worked_examples;

/* Reads all of the file; `name` is for messages, which say the line. PMY_BAD_FILE, PMY_IO, PMY_NO_MEMORY. */
pmy_status worked_read(FILE *file, const char *name, worked_examples *examples, pmy_error *error);
void worked_free(worked_examples *examples);

#endif
