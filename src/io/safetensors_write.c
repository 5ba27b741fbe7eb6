#include "io/safetensors.h"

#include "io/atomic_file.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(const pmy_safetensor *tensor)
{
    return pmy_shape_size(tensor->shape) * pmy_dtype_size(tensor->dtype);
}

/* Visits the tensors as they lie in the file: those of wider elements first. */
typedef struct place {
    size_t width, index;
} place;

static const size_t widest = 8;

static const pmy_safetensor *next_in_file(const pmy_safetensors *contents, place *at)
{
    for (; at->width; at->width /= 2, at->index = 0)
        while (at->index < contents->count) {
            const pmy_safetensor *tensor = &contents->tensor[at->index++];
            if (pmy_dtype_size(tensor->dtype) == at->width)
                return tensor;
        }
    return NULL;
}

static bool add_numbers(cJSON *object, const char *name, const size_t *numbers, size_t count)
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (size_t i = 0; i < count; i++)
        if (!array || !cJSON_AddItemToArray(array, cJSON_CreateNumber((double)numbers[i])))
            return false;
    return array != NULL;
}

/* Adds "name": {…} for a tensor whose elements begin at `offset`. */
static bool add_tensor(cJSON *header, const pmy_safetensor *tensor, size_t offset)
{
    cJSON *entry = cJSON_AddObjectToObject(header, tensor->name);
    return entry && cJSON_AddStringToObject(entry, "dtype", pmy_dtype_name(tensor->dtype)) &&
           add_numbers(entry, "shape", tensor->shape.dim, pmy_shape_rank(tensor->shape)) &&
           add_numbers(entry, "data_offsets", (const size_t[]){offset, offset + bytes_of(tensor)}, 2);
}

static bool add_notes(cJSON *header, const pmy_safetensors *contents)
{
    if (!contents->notes)
        return true;
    cJSON *notes = cJSON_AddObjectToObject(header, "__metadata__");
    for (size_t i = 0; i < contents->notes; i++)
        if (!notes || !cJSON_AddStringToObject(notes, contents->note[i].key, contents->note[i].text))
            return false;
    return notes != NULL;
}

/* The header's text, which the caller frees; NULL: no memory. */
static char *print_header(const pmy_safetensors *contents)
{
    cJSON *header = cJSON_CreateObject();
    bool added = header && add_notes(header, contents);
    place at = {widest, 0};
    size_t offset = 0;
    for (const pmy_safetensor *tensor; added && (tensor = next_in_file(contents, &at));
         offset += bytes_of(tensor))
        added = add_tensor(header, tensor, offset);
    char *text = added ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

/* A failure of these is found when the atomic file ends. */
static void write_all(FILE *file, const pmy_safetensors *contents, const char *header)
{
    size_t length = strlen(header);
    size_t padding = (widest - length % widest) % widest; /* spaces, so that the elements are aligned */
    uint8_t prefix[8];
    for (size_t i = 0; i < sizeof prefix; i++)
        prefix[i] = (uint8_t)((uint64_t)(length + padding) >> 8 * i);
    (void)fwrite(prefix, 1, sizeof prefix, file);
    (void)fwrite(header, 1, length, file);
    (void)fprintf(file, "%*s", (int)padding, "");
    place at = {widest, 0};
    for (const pmy_safetensor *tensor; (tensor = next_in_file(contents, &at));)
        (void)fwrite(tensor->data, 1, bytes_of(tensor), file);
}

static bool is_utf8(const char *text)
{
    size_t length = strlen(text);
    return pmy_utf8_valid(text, length) == length;
}

/* A text that no reader would take must not get into a file. */
static pmy_status check_texts(const char *path, const pmy_safetensors *contents, pmy_error *error)
{
    for (size_t i = 0; i < contents->count; i++)
        if (!is_utf8(contents->tensor[i].name))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: the name of its tensor %zu is not UTF-8", path, i);
    for (size_t i = 0; i < contents->notes; i++)
        if (!is_utf8(contents->note[i].key) || !is_utf8(contents->note[i].text))
            return pmy_fail(error, PMY_BAD_ARGUMENT, "%s: its metadata '%s' is not UTF-8", path,
                            contents->note[i].key);
    return PMY_OK;
}

pmy_status pmy_safetensors_write(const char *path, const pmy_safetensors *contents, pmy_error *error)
{
    pmy_status status = check_texts(path, contents, error);
    if (status != PMY_OK)
        return status;
    char *header = print_header(contents);
    if (!header)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its header", path);
    pmy_atomic_file output;
    status = pmy_atomic_file_begin(path, &output, error);
    if (status == PMY_OK) {
        write_all(output.file, contents, header);
        status = pmy_atomic_file_end(&output, error);
    }
    cJSON_free(header);
    return status;
}
