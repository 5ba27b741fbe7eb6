/* What a program says about its gradient checks: a table or JSON lines. */
#ifndef COMMON_GRADIENT_REPORT_H
#define COMMON_GRADIENT_REPORT_H

#include "common/table.h"
#include "gradcheck/verdict.h"

typedef struct gradient_report {
    bool json;
    table *table; /* NULL for JSON */
    size_t checks, failed;
    double worst;   /* the largest error */
    char *failures; /* sentences about what failed, each with its newline; NULL: none */
    size_t failures_length;
    bool broken; /* memory ran out, or standard output did not take it */
} gradient_report;

void gradient_report_begin(gradient_report *to, bool json);

/* A found function for a suite; context is the report. */
void gradient_report_add(void *context, const pmy_check *check);

/* Prints the table, what failed and the sum; false if that was not possible. */
bool gradient_report_end(gradient_report *to);

#endif
