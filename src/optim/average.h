/* An exponential moving average of a model over the steps of its training, which often does better than the
 * model of the last step (Polyak and Juditsky, 1992; Tarvainen and Valpola, arXiv:1703.01780). After step t,
 * counted from 1,
 *
 *   average ← d · average + (1 − d) · model,   d = min(decay, (t − 1)/(t + 9)),
 *
 * so that it begins as the first and forgets it soon. Parameters and statistics are averaged alike;
 * counters stay the model's. */
#ifndef PMY_OPTIM_AVERAGE_H
#define PMY_OPTIM_AVERAGE_H

#include "base/arena.h"
#include "tensor/graph.h"

/* To be read by anyone. A checkpoint is values and steps, which resuming writes back. */
typedef struct pmy_average {
    pmy_graph *graph;
    double decay;
    uint64_t steps;       /* averaged so far */
    pmy_real share;       /* 1 − d, of the last step */
    bool swapped;         /* the model is in here and its average in the graph */
    pmy_real *parameters; /* [pmy_graph_parameters.size] */
    pmy_real *statistics; /* [pmy_graph_statistics.size] */
    pmy_arena arena;
} pmy_average;

/* An average of a built graph, which must outlive it. 0 < decay < 1. Errors:
 * PMY_BAD_ARGUMENT, PMY_NO_MEMORY. */
pmy_status pmy_average_new(double decay, pmy_graph *graph, pmy_average **average, pmy_error *error);
void pmy_average_free(pmy_average *average);

/* Takes in the model after a step. Not to be called while swapped. */
void pmy_average_step(pmy_average *average);

/* Exchanges the model and its average; a second time, back. */
void pmy_average_swap(pmy_average *average);

#endif
