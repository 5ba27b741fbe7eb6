/* What a training run says while it goes on: to a person, as JSON lines, or little. */
#ifndef TEXT_PROGRESS_H
#define TEXT_PROGRESS_H

#include "common/run_progress.h"
#include "text/train_options.h"
#include "train/language_training.h"

typedef struct progress {
    const train_options *options;
    run_progress usual;
} progress;

progress progress_of(const train_options *chosen, const pmy_language_training *training);

/* The data, whose last part is for validation, the net as a table, and the recipe. */
void progress_start(const progress *p, const pmy_text *whole, const pmy_text *validation,
                    const pmy_language_training *training);

/* After a step, and what validation came to after it; NULL: there was none. */
void progress_step(progress *p, const pmy_language_step *step, const pmy_language_score *validation);

/* The last validation, or NULL. */
void progress_end(const progress *p, const pmy_language_training *training,
                  const pmy_language_score *validation);

#endif
