/* Tensors on their way into a safetensors file and back: what model.c and checkpoint.c share. Nobody else
 * includes this. */
#ifndef PMY_TRAIN_STORED_H
#define PMY_TRAIN_STORED_H

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

/* Adds the parameters and statistics of a built graph, by their names. */
void pmy_stored_add_graph(pmy_stored *stored, const pmy_graph *graph);

/* Adds an entry of the metadata. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void pmy_stored_note(pmy_stored *stored, const char *key, const char *format, ...);

/* The same with a number that reads back as the same double, with a point in any locale. */
void pmy_stored_note_real(pmy_stored *stored, const char *key, double number);

/* Replaces the file at `path` by all that was added. Errors: PMY_NO_MEMORY, PMY_IO. */
pmy_status pmy_stored_write(const pmy_stored *stored, const char *path, pmy_error *error);
void pmy_stored_free(pmy_stored *stored);

/* Whether the file has a tensor of that name and shape, of reals or counts, all of them finite as a
 * pmy_real; else PMY_BAD_FILE. */
pmy_status pmy_stored_check(const char *path, const pmy_safetensors *contents, const char *name,
                            pmy_shape shape, pmy_type type, pmy_error *error);

/* Copies the numbers of a tensor that passed the check. */
void pmy_stored_copy(const pmy_safetensors *contents, const char *name, pmy_type type,
                     void *elements /* [its shape] of that type */);

/* The same for all parameters and statistics of a built graph; whether it has one of that name. */
pmy_status pmy_stored_check_graph(const char *path, const pmy_safetensors *contents, const pmy_graph *graph,
                                  pmy_error *error);
void pmy_stored_copy_graph(const pmy_safetensors *contents, pmy_graph *graph);
bool pmy_stored_is_of(const pmy_graph *graph, const char *name);

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
