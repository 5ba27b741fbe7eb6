/* The files of a training run: the weights or the checkpoint it begins with, the log of its steps, and the
 * checkpoints and the model it leaves.
 *
 *   run_files_begin(&files, &options, run, facts, &error);
 *   run_files_open_log(&files, &error);
 *   do
 *       …                                             a step
 *   while (run_files_step(&files, loss, usual_every));
 *   return run_files_close(&files) ? PROGRAM_FINE : PROGRAM_WRONG; */
#ifndef COMMON_RUN_FILES_H
#define COMMON_RUN_FILES_H

#include "common/training_options.h"
#include "train/model.h"
#include "train/run.h"

typedef struct run_files {
    training_options *options;
    pmy_run *run;
    char *kept;      /* the options, for checkpoints */
    FILE *log;       /* NULL: none */
    bool log_failed; /* it could not be written */
    bool lost;       /* a checkpoint could not be written */
} run_files;

/* Brings a new run to where it is to begin, and sees that what it is to leave can be written when the time
 * comes. Errors: those of pmy_checkpoint_resume, pmy_model_open and pmy_model_fill; PMY_IO, PMY_NO_MEMORY. */
pmy_status run_files_begin(run_files *f, training_options *chosen, pmy_run *run, const pmy_model_facts *facts,
                           pmy_error *error);

/* Opens the log, if there is to be one; that of a run that goes on keeps the steps it goes on after. Errors:
 * PMY_IO, PMY_BAD_FILE (it does not hold these steps). */
pmy_status run_files_open_log(run_files *f, pmy_error *error);

/* After a step of that loss: logs it, and writes a checkpoint where one is due, `usual` steps after the last
 * if the options do not say how many, or where the run is interrupted. False: it was. */
bool run_files_step(run_files *f, double loss, uint64_t usual);

/* Where the run is interrupted after its last step: writes a checkpoint, if there is to be one. */
void run_files_stop(run_files *f);

/* Says on stderr why the run ended before its time, and what to do; returns the exit status. */
int run_files_failed(const run_files *f, const pmy_error *error);

/* False: something could not be written, and stderr has said so. It may be that nothing was begun. */
bool run_files_close(run_files *f);

#endif
