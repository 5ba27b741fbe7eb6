/* The page of a report: one file that needs no other, no script and no network. */
#ifndef MNIST_REPORT_PAGE_H
#define MNIST_REPORT_PAGE_H

#include <stdio.h>

/* `parts` are report_parts. */
void report_put_page(FILE *file, const void *parts);

/* What its style sheet has besides that of all pages. */
extern const char report_style_sheet[];

#endif
