#include "train/stored.h"

#include "base/number.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Into a file ------------------------------------------------------------ */

/* The list with room for one more entry, which is zeroed; NULL: no memory, and the list is as it was. */
static void *extend(pmy_stored *stored, void *list, size_t count, size_t size)
{
    char *longer = realloc(list, (count + 1) * size);
    if (!longer) {
        stored->failed = true;
        return NULL;
    }
    memset(longer + count * size, 0, size);
    return longer;
}

static pmy_dtype real_dtype(void)
{
    return sizeof(pmy_real) == sizeof(float) ? PMY_F32 : PMY_F64;
}

static void *copy_of(pmy_dtype dtype, size_t count, const void *elements /* [count] */)
{
    const pmy_real *values = elements;
    void *copy = malloc(count * pmy_dtype_size(dtype));
    if (copy && dtype == PMY_I64)
        return memcpy(copy, elements, count * sizeof(int64_t));
    for (size_t i = 0; copy && i < count; i++) {
        if (dtype == PMY_F32)
            ((float *)copy)[i] = (float)values[i];
        else
            ((double *)copy)[i] = (double)values[i];
    }
    return copy;
}

void pmy_stored_add(pmy_stored *stored, const char *name, pmy_shape shape, pmy_type type,
                    const void *elements)
{
    pmy_safetensors *contents = &stored->contents;
    pmy_safetensor *longer = extend(stored, contents->tensor, contents->count, sizeof *longer);
    if (!longer)
        return;
    contents->tensor = longer;
    pmy_safetensor *tensor = &longer[contents->count++];
    tensor->name = strdup(name);
    tensor->dtype = type == PMY_COUNTS ? PMY_I64 : real_dtype();
    tensor->shape = shape;
    tensor->data = copy_of(tensor->dtype, pmy_shape_size(shape), elements);
    stored->failed |= !tensor->name || !tensor->data;
}

static void add_note(pmy_stored *stored, const char *key, char *text)
{
    pmy_safetensors *contents = &stored->contents;
    pmy_safetensors_note *longer = extend(stored, contents->note, contents->notes, sizeof *longer);
    if (!longer) {
        free(text);
        return;
    }
    contents->note = longer;
    pmy_safetensors_note *note = &longer[contents->notes++];
    note->key = strdup(key);
    note->text = text;
    stored->failed |= !note->key || !text;
}

void pmy_stored_note(pmy_stored *stored, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text) {
        va_start(arguments, format);
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    add_note(stored, key, text);
}

void pmy_stored_note_real(pmy_stored *stored, const char *key, double number)
{
    pmy_stored_note(stored, key, "%s", pmy_number_print(number, PMY_NUMBER_DOUBLE).text);
}

/* Whether all elements can be read as a pmy_real; else this status. */
static pmy_status check_numbers(const char *path, const pmy_safetensor *tensor, pmy_status wrong,
                                pmy_error *error)
{
    const double most_counted = 9007199254740992; /* 2⁵³ */
    size_t size = pmy_shape_size(tensor->shape);
    for (size_t i = 0; i < size; i++) {
        double number = pmy_safetensor_element(tensor, i);
        if (!pmy_is_finite((pmy_real)number))
            return pmy_fail(error, wrong, "%s: tensor '%s', element %zu: %s", path, tensor->name, i,
                            number != number ? "not a number" : "infinite or too large");
        if (tensor->dtype == PMY_I64 && !(number >= 0 && number <= most_counted))
            return pmy_fail(error, wrong, "%s: tensor '%s', element %zu: is no count", path, tensor->name, i);
    }
    return PMY_OK;
}

pmy_status pmy_stored_write(const pmy_stored *stored, const char *path, pmy_error *error)
{
    const pmy_safetensors *contents = &stored->contents;
    if (stored->failed)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", path);
    pmy_status status = PMY_OK;
    for (size_t i = 0; status == PMY_OK && i < contents->count; i++)
        status = check_numbers(path, &contents->tensor[i], PMY_BAD_DATA, error);
    return status == PMY_OK ? pmy_safetensors_write(path, contents, error) : status;
}

/* The lists' texts and numbers are malloc's, and const for their readers alone. */
static void give_back(const void *copied)
{
    union {
        const void *seen;
        void *taken;
    } memory = {.seen = copied};
    free(memory.taken);
}

void pmy_stored_free(pmy_stored *stored)
{
    pmy_safetensors *contents = &stored->contents;
    for (size_t i = 0; i < contents->count; i++) {
        give_back(contents->tensor[i].name);
        give_back(contents->tensor[i].data);
    }
    for (size_t i = 0; i < contents->notes; i++) {
        give_back(contents->note[i].key);
        give_back(contents->note[i].text);
    }
    free(contents->tensor);
    free(contents->note);
    *stored = (pmy_stored){.failed = false};
}

/* --- Out of a file ---------------------------------------------------------- */

pmy_status pmy_stored_open(const char *path, pmy_stored_file *stored, pmy_error *error)
{
    *stored = (pmy_stored_file){.contents = {0}};
    pmy_status status = pmy_file_read_as_it_is(path, &stored->file, error);
    if (status == PMY_OK)
        status = pmy_safetensors_read(path, stored->file.bytes, stored->file.size, &stored->contents, error);
    if (status != PMY_OK)
        pmy_stored_close(stored);
    return status;
}

void pmy_stored_close(pmy_stored_file *stored)
{
    pmy_safetensors_free(&stored->contents);
    pmy_file_free(&stored->file);
}

pmy_status pmy_stored_check(const char *path, const pmy_safetensors *contents, const char *name,
                            pmy_shape shape, pmy_type type, pmy_error *error)
{
    bool counts = type == PMY_COUNTS;
    const pmy_safetensor *tensor = pmy_safetensors_find(contents, name);
    if (!tensor)
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' is missing", path, name);
    if (!pmy_shape_equal(tensor->shape, shape))
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' is %s, but the net's is %s", path, name,
                        pmy_shape_print(tensor->shape).text, pmy_shape_print(shape).text);
    if (counts != (tensor->dtype == PMY_I64))
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' holds %s, but should hold %s", path, name,
                        pmy_dtype_name(tensor->dtype), counts ? "I64" : "reals");
    return check_numbers(path, tensor, PMY_BAD_FILE, error);
}

void pmy_stored_copy(const pmy_safetensors *contents, const char *name, pmy_type type, void *elements)
{
    const pmy_safetensor *tensor = pmy_safetensors_find(contents, name);
    size_t size = pmy_shape_size(tensor->shape);
    for (size_t i = 0; i < size; i++)
        if (type == PMY_COUNTS)
            ((int64_t *)elements)[i] = (int64_t)pmy_safetensor_element(tensor, i);
        else
            ((pmy_real *)elements)[i] = (pmy_real)pmy_safetensor_element(tensor, i);
}

pmy_status pmy_stored_text(const char *path, const pmy_safetensors *contents, const char *key,
                           const char **text, pmy_error *error)
{
    *text = pmy_safetensors_text(contents, key);
    return *text ? PMY_OK : pmy_fail(error, PMY_BAD_FILE, "%s: its metadata has no %s", path, key);
}

pmy_status pmy_stored_whole(const char *path, const pmy_safetensors *contents, const char *key,
                            uint64_t *number, pmy_error *error)
{
    const char *text;
    pmy_status status = pmy_stored_text(path, contents, key, &text, error);
    if (status != PMY_OK)
        return status;
    if (!pmy_whole_read(text, number))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its %s '%.40s' is no whole number", path, key, text);
    return PMY_OK;
}

pmy_status pmy_stored_real(const char *path, const pmy_safetensors *contents, const char *key, double *number,
                           pmy_error *error)
{
    const char *text;
    pmy_status status = pmy_stored_text(path, contents, key, &text, error);
    if (status != PMY_OK)
        return status;
    if (!pmy_number_read(text, strlen(text), number) || !pmy_is_finite((pmy_real)*number))
        return pmy_fail(error, PMY_BAD_FILE, "%s: its %s '%.40s' is no finite number", path, key, text);
    return PMY_OK;
}
