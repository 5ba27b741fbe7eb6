/* Long straight runs of ink that lie about as the picture's sides do. */
#ifndef PMY_PICTURE_STRAIGHT_RUNS_H
#define PMY_PICTURE_STRAIGHT_RUNS_H

#include "picture/grey.h"

#include <stdbool.h>

/* The points (along, offset + slope · along), along from begin to before end. `along` is the column of a
 * level run and the row of an upright one, what is across it the other. */
typedef struct pmy_straight_run {
    bool upright;
    double offset, slope;
    double begin, end;
} pmy_straight_run;

typedef struct pmy_straight_runs {
    size_t count;
    pmy_straight_run *run; /* [count] */
} pmy_straight_runs;

/* Finds runs, at least `shortest` pixels long and at most `thickest` thick, where what is above `low` has few
 * and small gaps, within 20 degrees of the picture's sides; of those that share most of their ink the
 * longest. All is 0 where there is no memory. */
pmy_straight_runs pmy_straight_runs_find(const pmy_grey *ink, float low, size_t shortest, size_t thickest);

void pmy_straight_runs_free(pmy_straight_runs *runs);

#endif
