/* Checkpoints: a training run as a file, to go on with it later, in another process. The run then ends in the
 * same bits as one that was never interrupted.
 *
 *   pmy_checkpoint_save(&training->run, note, "run.checkpoint", &error);  after any step
 *
 *   pmy_training_new(&recipe, &dataset, pool, &training, &error);         the same recipe and data
 *   pmy_checkpoint_resume(&training->run, "run.checkpoint", &error);
 *   pmy_train(training, …);                                               the steps that are left
 *
 * It is a safetensors file: parameters, statistics and the optimizer's state as tensors, and in the metadata
 * the recipe, a checksum of the data, how far the run is and its owner's tallies. */
#ifndef PMY_TRAIN_CHECKPOINT_H
#define PMY_TRAIN_CHECKPOINT_H

#include "train/run.h"

/* Replaces the file or leaves it as it is (io/atomic_file.h). `note`, for whoever made the recipe, is UTF-8
 * and is kept with it; NULL: none. Errors: PMY_IO, PMY_NO_MEMORY, PMY_BAD_ARGUMENT (recipe.net or note is not
 * UTF-8). */
pmy_status pmy_checkpoint_save(const pmy_run *run, const char *note, const char *path, pmy_error *error);

/* The note of a checkpoint, "" for none, which the caller frees. Errors: PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY.
 */
pmy_status pmy_checkpoint_note(const char *path, char **note, pmy_error *error);

/* Brings a new run to where the checkpoint was. Errors: PMY_IO, PMY_BAD_FILE (also: it is of another recipe
 * or other data, of which the message names the first difference), PMY_NO_MEMORY; then the run is as it was.
 */
pmy_status pmy_checkpoint_resume(pmy_run *run, const char *path, pmy_error *error);

#endif
