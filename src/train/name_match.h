/* Which tensor of a file is which of a net's, where a file from elsewhere names them otherwise. Nobody but
 * model.c includes this. */
#ifndef PMY_TRAIN_NAME_MATCH_H
#define PMY_TRAIN_NAME_MATCH_H

#include "train/stored.h"

/* What was found: the file's tensors under the net's names. Begins as {0}. */
typedef struct pmy_name_match {
    pmy_safetensor *tensor; /* [count], by name */
    size_t count;
    const char *note; /* a line that says what was taken for what; NULL: the names are the net's */
    pmy_arena arena;  /* of all that */
} pmy_name_match;

/* Tried in this order, what the list's tensors are in the file: those of their names; those of their names
 * after something that all begin with ("module.", "_orig_mod.model."); and module by module, where the
 * tensors of each, by last part of the name and shape, are those of one of the net's, and where several are
 * alike their numbers ("fc1", "fc2") or a file that is not sorted by names gives their order. A
 * num_batches_tracked that is missing is 0. `flatten`: the net has one, which the note may speak of. Errors:
 * PMY_BAD_FILE, with both lists; PMY_NO_MEMORY. */
pmy_status pmy_name_match_find(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner,
                               bool flatten, pmy_name_match *match, pmy_error *error);
void pmy_name_match_free(pmy_name_match *match);

#endif
