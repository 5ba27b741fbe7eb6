/* Tensors on their way into a safetensors file and back: what save.c, model.c and checkpoint.c share. Nobody
 * else includes this. */
#ifndef PMY_TRAIN_STORED_H
#define PMY_TRAIN_STORED_H

#include "io/file.h"
#include "io/safetensors.h"
#include "tensor/graph.h"

/* A file being put together; begins as {0}. Everything is copied. */
typedef struct pmy_stored {
    pmy_safetensors contents;
    bool failed; /* no memory, at some time */
} pmy_stored;

/* Adds a tensor of reals (pmy_real), F32 or, where pmy_real is wider, F64; or of counts (int64_t), I64. */
void pmy_stored_add(pmy_stored *stored, const char *name, pmy_shape shape, pmy_type type,
                    const void *elements /* [shape] of that type */);

/* The index-th of a built graph's parameters and, after them, its statistics; NULL after the last. */
const pmy_node *pmy_stored_at(const pmy_graph *graph, size_t index);

/* Adds them all, by their names. */
void pmy_stored_add_graph(pmy_stored *stored, const pmy_graph *graph);

/* Adds an entry of the metadata. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void pmy_stored_note(pmy_stored *stored, const char *key, const char *format, ...);

/* The same with a number that reads back as the same double, with a point in any locale. */
void pmy_stored_note_real(pmy_stored *stored, const char *key, double number);

/* Replaces the file at `path` by all that was added. Errors: PMY_NO_MEMORY, PMY_IO; PMY_BAD_DATA, naming the
 * tensor, for a number that nobody would read again. */
pmy_status pmy_stored_write(const pmy_stored *stored, const char *path, pmy_error *error);
void pmy_stored_free(pmy_stored *stored);

/* A file that is there, and what is in it; begins as {0}. */
typedef struct pmy_stored_file {
    pmy_file file;
    pmy_safetensors contents; /* within the file */
} pmy_stored_file;

/* Errors: PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY; then there is nothing to close. */
pmy_status pmy_stored_open(const char *path, pmy_stored_file *stored, pmy_error *error);
void pmy_stored_close(pmy_stored_file *stored);

/* Whether the file has a tensor of that name and shape, of reals or counts, all of them finite as a
 * pmy_real; else PMY_BAD_FILE. */
pmy_status pmy_stored_check(const char *path, const pmy_safetensors *contents, const char *name,
                            pmy_shape shape, pmy_type type, pmy_error *error);

/* Copies the numbers of a tensor that passed the check. */
void pmy_stored_copy(const pmy_safetensors *contents, const char *name, pmy_type type,
                     void *elements /* [its shape] of that type */);

/* The same for all parameters and statistics of a built graph. */
pmy_status pmy_stored_check_graph(const char *path, const pmy_safetensors *contents, const pmy_graph *graph,
                                  pmy_error *error);
void pmy_stored_copy_graph(const pmy_safetensors *contents, pmy_graph *graph);

/* Both, for a file that has no other tensors; else PMY_BAD_FILE, and the graph is as it was. */
pmy_status pmy_stored_fill(const char *path, const pmy_safetensors *contents, pmy_graph *graph,
                           pmy_error *error);

/* The text of that key as a number from 0 on, or as any finite one; PMY_BAD_FILE if it is missing or
 * something else. */
pmy_status pmy_stored_whole(const char *path, const pmy_safetensors *contents, const char *key,
                            uint64_t *number, pmy_error *error);
pmy_status pmy_stored_real(const char *path, const pmy_safetensors *contents, const char *key, double *number,
                           pmy_error *error);
/* The text of that key; PMY_BAD_FILE if it is missing. */
pmy_status pmy_stored_text(const char *path, const pmy_safetensors *contents, const char *key,
                           const char **text, pmy_error *error);

#endif
