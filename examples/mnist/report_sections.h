/* The sections of a report's page; what they are put from are report_parts. */
#ifndef MNIST_REPORT_SECTIONS_H
#define MNIST_REPORT_SECTIONS_H

#include "common/html_page.h"
#include "mnist/report_parts.h"

extern const html_section report_sections[];
extern const size_t report_section_count;

/* The last two, in a file of their own. */
void report_put_recipe(FILE *file, const void *parts);
void report_put_files(FILE *file, const void *parts);

#endif
