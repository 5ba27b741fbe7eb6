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
 * the recipe, a checksum of the data, a text's vocabulary, how far the run is and its owner's tallies. */
#ifndef PMY_TRAIN_CHECKPOINT_H
#define PMY_TRAIN_CHECKPOINT_H

#include "train/run.h"

/* Replaces the file or leaves it as it is (io/atomic_file.h). `note`, for whoever made the recipe, is UTF-8
 * and is kept with it; NULL: none. Errors: PMY_IO, PMY_NO_MEMORY, PMY_BAD_ARGUMENT (recipe.net or note is not
 * UTF-8). */
pmy_status pmy_checkpoint_save(const pmy_run *run, const char *note, const char *path, pmy_error *error);

/* What a checkpoint says of itself to whoever is to make a run that goes on with it. */
typedef struct pmy_checkpoint_facts {
    pmy_recipe_kind kind;
    char *note;                /* "": none */
    pmy_vocabulary vocabulary; /* of a text; without tokens: there is none */
} pmy_checkpoint_facts;

/* Errors: PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY; *facts is then empty. */
pmy_status pmy_checkpoint_read(const char *path, pmy_checkpoint_facts *facts, pmy_error *error);
void pmy_checkpoint_facts_free(pmy_checkpoint_facts *facts);

/* Brings a new run to where the checkpoint was. Errors: PMY_IO, PMY_BAD_FILE (also: it is of another recipe
 * or other data, of which the message names the first difference), PMY_NO_MEMORY; then the run is as it was.
 */
pmy_status pmy_checkpoint_resume(pmy_run *run, const char *path, pmy_error *error);

#endif
