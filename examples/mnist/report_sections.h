/* The sections of a report's page. */
#ifndef MNIST_REPORT_SECTIONS_H
#define MNIST_REPORT_SECTIONS_H

#include "mnist/report_parts.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct report_section {
    const char *id, *title;
    bool (*is_there)(const report_parts *parts);
    void (*put)(FILE *file, const report_parts *parts);
} report_section;

/* The index-th, or NULL after the last. */
const report_section *report_section_at(size_t index);

/* The last two, in a file of their own. */
void report_put_recipe(FILE *file, const report_parts *parts);
void report_put_files(FILE *file, const report_parts *parts);

#endif
