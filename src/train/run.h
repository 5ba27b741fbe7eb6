/* What any training run is, whatever it learns: its recipe, a graph with a loss, an optimizer, a schedule and
 * an average of the weights, step by step. Its owner (train/training.h for pictures) builds the graph and
 * feeds it; checkpoints keep it (train/checkpoint.h).
 *
 *   pmy_run run = {.kind = …, .recipe = …, .graph = …, .loss = …, .net = …, .owner = …};
 *   pmy_run_begin(&run, steps, &error);
 *   while (run.step < run.schedule.total) {
 *       …                                    the next batch into the graph's inputs
 *       pmy_run_step(&run, &error);
 *   }
 *   pmy_run_take_average(&run);
 *   pmy_run_end(&run); */
#ifndef PMY_TRAIN_RUN_H
#define PMY_TRAIN_RUN_H

#include "net/net.h"
#include "optim/average.h"
#include "train/recipe.h"

/* What a run learns, as its checkpoints know it again. */
typedef struct pmy_run_data {
    char size[160]; /* "6000 of 1x28x28 in 10 classes" */
    uint32_t checksum;
    const pmy_vocabulary *vocabulary; /* of a text, without which it could not be read again; NULL: none */
} pmy_run_data;

/* A number of its owner's that goes on with the run: a real one, or a count up to `most`. */
typedef struct pmy_run_tally {
    const char *key; /* in checkpoints: "pmy.epoch_loss"; NULL: there is none */
    double *real;
    size_t *count, most;
} pmy_run_tally;

enum { PMY_MOST_TALLIES = 3 };

typedef struct pmy_run_owner {
    const void *context;
    pmy_run_data (*data)(const void *context);
    pmy_run_tally tally[PMY_MOST_TALLIES + 1]; /* ends with none */
} pmy_run_owner;

/* To be read by anyone. The first six are given by its owner. */
typedef struct pmy_run {
    pmy_recipe_kind kind;
    pmy_recipe recipe;  /* its texts are its owner's */
    pmy_graph *graph;   /* built */
    pmy_node *loss;     /* a scalar */
    const pmy_net *net; /* that the graph was built of, whose ends an optimizer for hidden layers leaves
                         * alone; NULL: it was built otherwise */
    pmy_run_owner owner;
    pmy_optim *optim;
    pmy_average *average;  /* NULL: none */
    pmy_schedule schedule; /* of schedule.total steps */
    uint64_t step;         /* done so far */
    double seconds;        /* that its owner spent in steps so far, before a checkpoint too */
} pmy_run;

/* Prepares so many steps. Errors: PMY_BAD_ARGUMENT, PMY_NO_MEMORY; also then it is to be ended. */
pmy_status pmy_run_begin(pmy_run *run, uint64_t steps, pmy_error *error);
/* Frees what beginning took; the graph is its owner's. */
void pmy_run_end(pmy_run *run);

/* One step with what the graph was fed: forward, backward, clipping, update. PMY_BAD_DATA if it cannot be
 * computed (a NaN, …): the message names step, node and row, and nothing is updated. Not to be called once
 * all steps are done. */
pmy_status pmy_run_step(pmy_run *run, pmy_error *error);

/* Makes this the schedule's highest rate, from the next step on: its course stays as it is, and all its rates
 * are scaled but the last, which the recipe has. PMY_BAD_ARGUMENT where it cannot be: then nothing changes.
 */
pmy_status pmy_run_set_rate(pmy_run *run, double rate, pmy_error *error);

/* Makes the model its average, where the run has one and it is not so yet: whether it did.
 * pmy_average_swap brings the model back. */
bool pmy_run_take_average(pmy_run *run);

/* Puts "step 17: " (when: "step") or the like before the message. */
void pmy_run_name_step(const char *when, uint64_t step, pmy_error *error);

#endif
