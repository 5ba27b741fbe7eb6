/* What a training run did, kept for the report it leaves: its steps, and what the model came to now and then,
 * seen by a validation and by what it wrote. */
#ifndef TEXT_HISTORY_H
#define TEXT_HISTORY_H

#include "text/writer.h"
#include "train/language_training.h"

typedef struct history_look {
    uint64_t step;            /* after it; 0: before the first */
    pmy_language_score score; /* of the validation; of no windows, if there was none */
    char *sample;             /* what it wrote, as writer_visible has it */
} history_look;

typedef struct history {
    pmy_language_step *steps; /* [step_count] */
    size_t step_count, step_room;
    history_look *looks; /* [look_count], in their order */
    size_t look_count, look_room;
    pmy_generator *generator;
    writer writer;
} history;

/* How the samples are drawn: each from the same random numbers. */
#define HISTORY_TEMPERATURE 0.8

/* *h is to be freed also after an error. Errors: those of pmy_generator_new. */
pmy_status history_begin(history *h, const pmy_language_training *training, pmy_error *error);
void history_free(history *h);

/* Errors: PMY_NO_MEMORY. */
pmy_status history_step(history *h, const pmy_language_step *step, pmy_error *error);

/* Looks at the model as it is, or at its average where the run has one; the score is NULL where there was no
 * validation. Errors: PMY_BAD_DATA, PMY_NO_MEMORY. */
pmy_status history_look_at(history *h, pmy_language_training *training, const pmy_language_score *score,
                           pmy_error *error);

#endif
