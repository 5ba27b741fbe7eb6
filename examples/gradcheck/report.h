/* What the program says about its checks: a table or JSON lines. */
#ifndef GRADCHECK_REPORT_H
#define GRADCHECK_REPORT_H

#include "common/table.h"
#include "gradcheck/verdict.h"

typedef struct report {
    bool json;
    table *table; /* NULL for JSON */
    size_t checks, failed;
    double worst;   /* the largest error */
    char *failures; /* sentences about what failed, each with its newline; NULL: none */
    size_t failures_length;
    bool broken; /* memory ran out, or standard output did not take it */
} report;

void report_begin(report *to, bool json);

/* A found function for a suite; context is the report. */
void report_check(void *context, const pmy_check *check);

/* Prints the table, what failed and the sum; false if that was not possible. */
bool report_end(report *to);

#endif
