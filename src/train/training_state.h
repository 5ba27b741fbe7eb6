/* The inside of a training run, shared by the files that train (training.c), evaluate (evaluate.c) and fill
 * its inputs (feed.c). Nobody else includes this. */
#ifndef PMY_TRAIN_TRAINING_STATE_H
#define PMY_TRAIN_TRAINING_STATE_H

#include "train/training.h"

struct pmy_training {
    pmy_recipe recipe;
    const pmy_dataset *dataset;
    pmy_pool *pool;
    pmy_net net;
    pmy_graph *graph;
    pmy_node *images, *labels, *logits, *loss;
    pmy_optim *optim;
    pmy_schedule schedule;
    uint32_t *order; /* [dataset->count], of the running epoch */
    uint64_t step;
    size_t steps_per_epoch;
    double seconds;                   /* in steps, so far */
    double epoch_loss, epoch_seconds; /* of the running epoch: Σ loss · examples, and time in its steps */
    size_t epoch_correct;
};

/* The shape of a picture: channels, height, width. */
pmy_shape pmy_image_shape(const pmy_dataset *dataset);

/* Fills the graph's inputs with the examples indices[0 … count − 1], count at most the recipe's batch, and
 * makes that the size of the batch. */
pmy_status pmy_feed(pmy_training *training, const pmy_dataset *dataset, const uint32_t *indices, size_t count,
                    pmy_error *error);

/* How many rows of the batch have their largest logit at their label. */
size_t pmy_count_correct(const pmy_training *training);

#endif
