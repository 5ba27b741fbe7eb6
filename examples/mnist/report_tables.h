/* The numbers of a report as CSV (RFC 4180, but for lines that end as they do on this system), each with as
 * many digits as bring it back. What has no value is empty. */
#ifndef MNIST_REPORT_TABLES_H
#define MNIST_REPORT_TABLES_H

#include "mnist/report.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct report_table {
    const char *name;    /* of the file */
    const char *meaning; /* what it holds */
    bool of_training;    /* there is none where nothing was trained */
    void (*put)(FILE *file, const void *report);
} report_table;

/* The index-th, or NULL after the last. */
const report_table *report_table_at(size_t index);

#endif
