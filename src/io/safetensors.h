/* Safetensors: files of named tensors, which PyTorch's users and many tools read and write.
 *
 *   8 bytes    the header's length n, little-endian
 *   n bytes    the header, a JSON object: {"__metadata__": {"key": "text", …},
 *              "0.weight": {"dtype": "F32", "shape": [out, in], "data_offsets": [begin, end]}, …}
 *   the rest   the elements, little-endian, row-major; offsets count from here, and no byte is left over
 *
 * https://github.com/huggingface/safetensors describes the format. */
#ifndef PMY_IO_SAFETENSORS_H
#define PMY_IO_SAFETENSORS_H

#include "base/shape.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* X(name, as the header has it, bytes of an element) */
#define PMY_DTYPE_LIST(X) \
    X(PMY_F64, "F64", 8)  \
    X(PMY_I64, "I64", 8)  \
    X(PMY_F32, "F32", 4)  \
    X(PMY_F16, "F16", 2)  \
    X(PMY_BF16, "BF16", 2)

typedef enum pmy_dtype {
#define PMY_DTYPE_ENUM(name, word, size) name,
    PMY_DTYPE_LIST(PMY_DTYPE_ENUM)
#undef PMY_DTYPE_ENUM
} pmy_dtype;

/* "F32" and so on. */
const char *pmy_dtype_name(pmy_dtype dtype);
size_t pmy_dtype_size(pmy_dtype dtype);

/* False: there is none of that name. */
bool pmy_dtype_read(const char *name, pmy_dtype *dtype);

typedef struct pmy_safetensor {
    const char *name;
    pmy_dtype dtype;
    pmy_shape shape;
    const void *data; /* [shape] of dtype; at any address: see pmy_safetensor_element */
} pmy_safetensor;

/* An entry of "__metadata__". */
typedef struct pmy_safetensors_note {
    const char *key, *text;
} pmy_safetensors_note;

typedef struct pmy_safetensors {
    pmy_safetensor *tensor; /* [count] */
    size_t count;
    pmy_safetensors_note *note; /* [notes] */
    size_t notes;
    void *header; /* what names and texts point into; NULL where the caller made the lists */
} pmy_safetensors;

/* Replaces the file at `path`, or leaves it as it is (see io/atomic_file.h). Names, and keys, are each there
 * once. Elements of more bytes come first in the file, so that each is aligned. Errors: PMY_IO,
 * PMY_NO_MEMORY, PMY_BAD_ARGUMENT (a text that is not UTF-8). */
pmy_status pmy_safetensors_write(const char *path, const pmy_safetensors *contents, pmy_error *error);

/* Reads a file's `size` bytes, which must outlive *contents; `path` is for messages. Everything is checked:
 * after PMY_OK, each tensor lies within the bytes. Tensors are in the order of their names, notes in that
 * of their keys; a tensor without elements is left out. Errors: PMY_BAD_FILE, with the tensor's name where
 * one is at fault, and in words what the file is where it is something else that is known
 * (not_safetensors.h); PMY_NO_MEMORY; then *contents is empty. A shape of more than PMY_MAX_RANK axes is an
 * error here. */
pmy_status pmy_safetensors_read(const char *path, const uint8_t *bytes, size_t size,
                                pmy_safetensors *contents, pmy_error *error);

/* Gives back what pmy_safetensors_read took; an empty one is left as it is. */
void pmy_safetensors_free(pmy_safetensors *contents);

/* Of what was read: the tensor of that name, the text of that key, or NULL. */
const pmy_safetensor *pmy_safetensors_find(const pmy_safetensors *contents, const char *name);
const char *pmy_safetensors_text(const pmy_safetensors *contents, const char *key);

/* An element in row-major order as a double: exact but for an I64 beyond ±2⁵³. */
double pmy_safetensor_element(const pmy_safetensor *tensor, size_t index);

#endif
