/* What any training run says while it goes on. On a terminal there is a line that is written again and
 * again. */
#ifndef COMMON_RUN_PROGRESS_H
#define COMMON_RUN_PROGRESS_H

#include "common/training_options.h"
#include "train/run.h"

typedef struct run_progress {
    const training_options *options;
    bool talks; /* to a person */
    bool live;  /* to one at a terminal */
    double started, shown;
    double loss; /* smoothed: mostly of the last fifty steps; NaN: there was none */
} run_progress;

run_progress run_progress_of(const training_options *chosen, const pmy_run *run);

/* The net as a table, and the recipe; with a graph also how its convolutions are computed. */
void run_progress_start(const run_progress *p, const pmy_net *net, const pmy_graph *graph);

void run_progress_loss(run_progress *p, double loss);

/* Whether it is time for the line to be written anew. Then the cursor is where it begins. */
bool run_progress_due(run_progress *p);

/* Ends it with the time that is left after these steps of so many, which took so long. */
void run_progress_left(uint64_t step, uint64_t steps, double seconds);

/* Clears it for what is said instead, or leaves it as it stands and goes on below it. */
void run_progress_clear(const run_progress *p);
void run_progress_break(const run_progress *p);

/* How long the program has been at work, before a checkpoint too. */
double run_progress_seconds(const run_progress *p);

/* Where the report is, now that it is written. */
void run_progress_report(const run_progress *p, const char *folder);

#endif
