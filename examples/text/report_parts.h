/* What the page of a report is put together from. */
#ifndef TEXT_REPORT_PARTS_H
#define TEXT_REPORT_PARTS_H

#include "common/svg.h"
#include "text/heads.h"
#include "text/reading.h"
#include "text/report.h"

#include <stdbool.h>

/* Plots, in the order in which the page has them. */
typedef enum report_figure {
    REPORT_LOSS,
    REPORT_RATE,
    REPORT_HEADS,
    REPORT_HEAD,
    REPORT_FIGURES
} report_figure;

enum { REPORT_READINGS = 8 };

typedef struct report_parts {
    const report *report;
    const char *unit;                  /* "character" or "byte" */
    char *command;                     /* the line that makes the run again */
    pmy_language *close;               /* the model, for passages that are looked at closely */
    reading readings[REPORT_READINGS]; /* of passages one after the other */
    size_t reading_count;              /* of these */
    passage looked;     /* the beginning of the same, where there is attention, and where that looks */
    heads heads;        /* of no layers: there is none */
    size_t layer, head; /* the head that looks at the fewest */
    svg *figures[REPORT_FIGURES]; /* NULL: this report does not have it */
} report_parts;

/* Which file a figure goes to, and what it shows. */
const char *report_figure_name(report_figure figure);
const char *report_figure_meaning(report_figure figure);

/* Tables as CSV. */
typedef struct report_table {
    const char *name;    /* of the file */
    const char *meaning; /* what it holds */
    bool (*is_there)(const void *parts);
    void (*put)(FILE *file, const void *parts);
} report_table;

/* The index-th, or NULL after the last. */
const report_table *report_table_at(size_t index);

/* Whether a report has these: steps; validations; attention; passages that were read. */
bool report_has_steps(const void *parts);
bool report_has_scores(const void *parts);
bool report_has_heads(const void *parts);
bool report_has_reading(const void *parts);

/* The page: HTML; and what its style sheet has besides that of all pages. */
void report_put_page(FILE *file, const void *parts);
extern const char report_style_sheet[];

#endif
