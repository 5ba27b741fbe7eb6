/* The report that a run leaves: a page to look at, its pictures, and its numbers as CSV. */
#ifndef MNIST_REPORT_H
#define MNIST_REPORT_H

#include "common/options.h"
#include "mnist/history.h"
#include "train/assessment.h"

typedef struct report {
    const char *folder;           /* where it goes; is made if it is not there */
    const options *command;       /* what was run */
    const char *data;             /* the folder of the pictures */
    const pmy_net *net;           /* the model … */
    const pmy_graph *graph;       /* … and its numbers */
    const pmy_dataset *test;      /* what it was tested on … */
    const char *const *classes;   /* [test->classes], their names … */
    const pmy_assessment *result; /* … and how it did */
    const history *history;       /* NULL: the model was not trained in this run */
} report;

/* Writes index.html, the last of all, and what belongs to it. Other files in the folder are left alone.
 * Errors: PMY_IO, PMY_NO_MEMORY. */
pmy_status report_write(const report *r, pmy_error *error);

#endif
