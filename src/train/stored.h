/* Tensors on their way into a safetensors file and back: what save.c, model.c and checkpoint.c share. Nobody
 * else includes this. */
#ifndef PMY_TRAIN_STORED_H
#define PMY_TRAIN_STORED_H

#include "base/arena.h"
#include "data/vocabulary.h"
#include "io/file.h"
#include "io/safetensors.h"
#include "tensor/op.h"

/* A tensor in memory, as it is in a file: of reals (pmy_real), F32 or, where pmy_real is wider, F64; or of
 * counts (int64_t), I64. */
typedef struct pmy_stored_tensor {
    char name[PMY_MAX_NAME]; /* empty: there is no tensor */
    pmy_shape shape;
    pmy_type type;
    void *elements; /* [shape] of that type */
} pmy_stored_tensor;

/* The index-th of its owner's tensors; none after the last. */
typedef pmy_stored_tensor pmy_stored_list(const void *owner, size_t index);

/* A built graph's parameters and, after them, its statistics, by their names. */
pmy_stored_list pmy_stored_of_graph;

/* --- Into a file ------------------------------------------------------------ */

/* A file being put together; begins as {0}. Texts are copied, elements are not. */
typedef struct pmy_stored {
    pmy_safetensors contents;
    pmy_arena arena;
    bool failed; /* no memory, at some time */
} pmy_stored;

/* Adds all tensors of a list. */
void pmy_stored_add(pmy_stored *stored, pmy_stored_list *list, const void *owner);

/* Adds an entry of the metadata. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
void pmy_stored_note(pmy_stored *stored, const char *key, const char *format, ...);

/* The same with a number that reads back as the same double, with a point in any locale. */
void pmy_stored_note_real(pmy_stored *stored, const char *key, double number);

/* The same with a list of `count` numbers, `apart` bytes from one to the next, with a space between two. */
void pmy_stored_note_reals(pmy_stored *stored, const char *key, const pmy_real *number, size_t count,
                           size_t apart);

/* The same with a vocabulary, as pmy_vocabulary_read takes it. */
void pmy_stored_note_vocabulary(pmy_stored *stored, const char *key, const pmy_vocabulary *vocabulary);

/* Replaces the file at `path` by all that was added, which ends here. Errors: PMY_NO_MEMORY, PMY_IO;
 * PMY_BAD_DATA, naming the tensor, for a number that nobody would read again. */
pmy_status pmy_stored_write(pmy_stored *stored, const char *path, pmy_error *error);
void pmy_stored_free(pmy_stored *stored);

/* --- Out of a file ---------------------------------------------------------- */

/* A file that is there, and what is in it. */
typedef struct pmy_stored_file {
    const char *path;
    pmy_file file;
    pmy_safetensors contents; /* within the file */
} pmy_stored_file;

/* `path` must outlive *stored. Errors: PMY_IO, PMY_BAD_FILE, PMY_NO_MEMORY; then it is empty, and closing it
 * does nothing. */
pmy_status pmy_stored_open(const char *path, pmy_stored_file *stored, pmy_error *error);
void pmy_stored_close(pmy_stored_file *stored);

/* Whether the file has all tensors of a list, in their shapes, of reals or counts, all of them finite as a
 * pmy_real; else PMY_BAD_FILE. */
pmy_status pmy_stored_check(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner,
                            pmy_error *error);

/* Copies the numbers of tensors that passed the check. */
void pmy_stored_copy(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner);

/* Both, for a graph and a file that has no other tensors; else PMY_BAD_FILE, and the graph is as it was. */
pmy_status pmy_stored_fill(const pmy_stored_file *stored, pmy_graph *graph, pmy_error *error);

/* Reads entries of the metadata. The first that is missing or wrong makes PMY_BAD_FILE of `status`, and what
 * is read from then on means nothing; a text is never NULL. */
typedef struct pmy_stored_reader {
    const pmy_stored_file *stored;
    pmy_error *error;
    pmy_status status;
} pmy_stored_reader;

const char *pmy_stored_text(pmy_stored_reader *reader, const char *key);
/* A whole number from 0 to `most`; any finite one. */
uint64_t pmy_stored_whole(pmy_stored_reader *reader, const char *key, uint64_t most);
double pmy_stored_real(pmy_stored_reader *reader, const char *key);
/* Such a list, of as many finite numbers. */
void pmy_stored_reals(pmy_stored_reader *reader, const char *key, pmy_real *number, size_t count,
                      size_t apart);

#endif
