/* The page's training run: what the Train panel's files share. There is one at a time. */
#ifndef PAGE_TRAIN_H
#define PAGE_TRAIN_H

#include "train/assessment.h"
#include "page/count.h"
#include "page/origin.h"
#include "train/training.h"

typedef struct train_run {
    pmy_dataset pictures;   /* a view of those it learns from */
    pmy_training *training; /* NULL: none is begun */
    uint64_t begun;         /* how many there have been */
    double smooth_loss;
    double steps_wanted; /* before it is to pause */
    bool stopped;        /* takes no more steps */

    /* The test, which goes on by parts. */
    bool testing;
    pmy_score score;
    pmy_assessment *test;   /* NULL: none yet */
    uint64_t tested_at;     /* the step after which the last whole one was; UINT64_MAX: there was none */
    pmy_step_report report; /* of the last step */
} train_run;

const train_run *train_run_now(void);

/* Of the last whole test, as the panel's origins have it. */
origin_column train_confusion_column(void);

#endif
