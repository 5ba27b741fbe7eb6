/* What a model says about a batch of examples, for whoever wants to look at each of them. */
#ifndef PMY_TRAIN_PREDICTIONS_H
#define PMY_TRAIN_PREDICTIONS_H

#include "base/real.h"

#include <stddef.h>
#include <stdint.h>

typedef struct pmy_predictions {
    size_t first, count, classes; /* examples first … first + count − 1 of the dataset */
    const pmy_real *logits;       /* [count, classes] */
    const int32_t *labels;        /* [count] */
    size_t target_width;          /* of a regression, which has no classes, logits and labels: */
    const pmy_real *predicted;    /* [count, target_width], in the targets' own units */
    const float *targets;         /* [count, target_width] */
} pmy_predictions;

typedef struct pmy_predictions_watcher {
    void *context;
    /* May be NULL. The batch is gone when it returns. */
    void (*see)(void *context, const pmy_predictions *batch);
} pmy_predictions_watcher;

#endif
