/* What the page of a report is put together from. */
#ifndef MNIST_REPORT_PARTS_H
#define MNIST_REPORT_PARTS_H

#include "common/png.h"
#include "common/svg.h"
#include "mnist/report.h"

enum { REPORT_MISTAKES = 24, REPORT_PAIRS = 8, REPORT_EXAMPLES = 3, REPORT_FILTERS = 48 };

/* Plots, in the order in which the page has them; the first three are of the training. */
typedef enum report_figure {
    REPORT_LOSS,
    REPORT_ACCURACY,
    REPORT_RATE,
    REPORT_CONFUSION,
    REPORT_RELIABILITY,
    REPORT_FIGURES
} report_figure;

/* The weights of a first layer as a sheet of small pictures. */
typedef struct report_filters {
    png sheet; /* empty: the first layer has none that can be shown */
    size_t shown, count, height, width;
} report_filters;

/* A pair of classes, and pictures of it. */
typedef struct report_pair {
    pmy_confusion confusion;
    png examples[REPORT_EXAMPLES]; /* empty after the last */
    size_t indices[REPORT_EXAMPLES];
} report_pair;

typedef struct report_parts {
    const report *report;
    svg *figures[REPORT_FIGURES]; /* NULL: this report does not have it */
    png mistakes[REPORT_MISTAKES];
    size_t mistake_count; /* of these */
    report_pair pairs[REPORT_PAIRS];
    size_t pair_count;
    report_filters filters;
    char *command; /* the line that makes the run again */
} report_parts;

/* Room for "mistake-01.png". */
typedef struct report_name {
    char text[32];
} report_name;
report_name report_mistake_name(size_t index);

/* Which file a figure goes to, and what it shows. */
const char *report_figure_name(report_figure figure);
const char *report_figure_meaning(report_figure figure);

#endif
