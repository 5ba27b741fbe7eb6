#include "train/stored.h"

#include "base/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

pmy_stored_tensor pmy_stored_of_graph(const void *owner, size_t index)
{
    const pmy_graph *graph = owner;
    size_t parameters = pmy_graph_parameters(graph).count;
    size_t count = parameters + pmy_graph_statistics(graph).count;
    pmy_stored_tensor tensor = {.elements = NULL};
    if (index < count) {
        const pmy_node *node =
            index < parameters ? pmy_parameter_at(graph, index) : pmy_statistic_at(graph, index - parameters);
        tensor.shape = pmy_node_shape(node);
        tensor.type = pmy_node_type(node);
        tensor.elements =
            tensor.type == PMY_COUNTS ? (void *)pmy_count_data(node) : (void *)pmy_value(node).data;
        (void)snprintf(tensor.name, sizeof tensor.name, "%s", pmy_node_name(node));
    }
    return tensor;
}

/* The next tensor of a list; false after the last. */
static bool next(pmy_stored_list *list, const void *owner, size_t *index, pmy_stored_tensor *tensor)
{
    *tensor = list(owner, (*index)++);
    return tensor->name[0];
}

/* --- Into a file ------------------------------------------------------------ */

/* Memory that lasts as long as *stored; NULL: there is none. */
static void *take(pmy_stored *stored, size_t count, size_t size)
{
    void *memory = pmy_arena_take(&stored->arena, count, size);
    stored->failed |= !memory;
    return memory;
}

static const char *keep(pmy_stored *stored, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = take(stored, size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* The list with room for one more entry; NULL: no memory, and the list is as it was. */
static void *extend(pmy_stored *stored, void *list, size_t count, size_t size)
{
    void *longer = realloc(list, (count + 1) * size);
    stored->failed |= !longer;
    return longer;
}

/* The elements as the file has them: it has nothing wider than a double. */
static const void *elements_of(pmy_stored *stored, const pmy_stored_tensor *tensor)
{
    if (tensor->type == PMY_COUNTS || sizeof(pmy_real) <= sizeof(double))
        return tensor->elements;
    size_t size = pmy_shape_size(tensor->shape);
    const pmy_real *wide = tensor->elements;
    double *narrow = take(stored, size, sizeof *narrow);
    for (size_t i = 0; narrow && i < size; i++)
        narrow[i] = (double)wide[i];
    return narrow;
}

void pmy_stored_add(pmy_stored *stored, pmy_stored_list *list, const void *owner)
{
    const pmy_dtype reals = sizeof(pmy_real) == sizeof(float) ? PMY_F32 : PMY_F64;
    pmy_safetensors *contents = &stored->contents;
    pmy_stored_tensor tensor;
    for (size_t i = 0; next(list, owner, &i, &tensor);) {
        pmy_safetensor *longer = extend(stored, contents->tensor, contents->count, sizeof *longer);
        if (!longer)
            return;
        contents->tensor = longer;
        longer[contents->count++] = (pmy_safetensor){.name = keep(stored, tensor.name),
                                                     .dtype = tensor.type == PMY_COUNTS ? PMY_I64 : reals,
                                                     .shape = tensor.shape,
                                                     .data = elements_of(stored, &tensor)};
    }
}

void pmy_stored_note(pmy_stored *stored, const char *key, const char *format, ...)
{
    pmy_safetensors *contents = &stored->contents;
    pmy_safetensors_note *longer = extend(stored, contents->note, contents->notes, sizeof *longer);
    if (!longer)
        return;
    contents->note = longer;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t size = (size_t)vsnprintf(NULL, 0, format, arguments) + 1;
    char *text = take(stored, size, 1);
    if (text)
        (void)vsnprintf(text, size, format, again);
    va_end(again);
    va_end(arguments);
    longer[contents->notes++] = (pmy_safetensors_note){keep(stored, key), text};
}

void pmy_stored_note_real(pmy_stored *stored, const char *key, double number)
{
    pmy_stored_note(stored, key, "%s", pmy_number_print(number, PMY_NUMBER_DOUBLE).text);
}

void pmy_stored_note_reals(pmy_stored *stored, const char *key, const pmy_real *number, size_t count,
                           size_t apart)
{
    enum { LONGEST = sizeof(pmy_number_text) };
    char *line = count <= SIZE_MAX / LONGEST ? malloc(count * LONGEST + 1) : NULL;
    size_t end = 0;
    for (size_t i = 0; line && i < count; i++) {
        double one = (double)*(const pmy_real *)(const void *)((const char *)number + i * apart);
        end += (size_t)snprintf(line + end, LONGEST, i ? " %s" : "%s",
                                pmy_number_print(one, PMY_NUMBER_DOUBLE).text);
    }
    pmy_stored_note_text(stored, key, line);
}

void pmy_stored_note_text(pmy_stored *stored, const char *key, char *text)
{
    if (text)
        pmy_stored_note(stored, key, "%s", text);
    stored->failed |= !text;
    free(text);
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

pmy_status pmy_stored_write(pmy_stored *stored, const char *path, pmy_error *error)
{
    const pmy_safetensors *contents = &stored->contents;
    pmy_status status = PMY_OK;
    if (stored->failed)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", path);
    for (size_t i = 0; status == PMY_OK && i < contents->count; i++)
        status = check_numbers(path, &contents->tensor[i], PMY_BAD_DATA, error);
    if (status == PMY_OK)
        status = pmy_safetensors_write(path, contents, error);
    pmy_stored_free(stored);
    return status;
}

void pmy_stored_free(pmy_stored *stored)
{
    free(stored->contents.tensor);
    free(stored->contents.note);
    pmy_arena_free(&stored->arena);
}

/* --- Out of a file ---------------------------------------------------------- */

pmy_status pmy_stored_open(const char *path, pmy_stored_file *stored, pmy_error *error)
{
    *stored = (pmy_stored_file){.path = path};
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

static pmy_status check_tensor(const pmy_stored_file *stored, const pmy_stored_tensor *wanted,
                               pmy_error *error)
{
    bool counts = wanted->type == PMY_COUNTS;
    const char *path = stored->path, *name = wanted->name;
    const pmy_safetensor *tensor = pmy_safetensors_find(&stored->contents, name);
    if (!tensor)
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' is missing", path, name);
    if (!pmy_shape_equal(tensor->shape, wanted->shape))
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' is %s, but the net's is %s", path, name,
                        pmy_shape_print(tensor->shape).text, pmy_shape_print(wanted->shape).text);
    if (counts != (tensor->dtype == PMY_I64))
        return pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%s' holds %s, but should hold %s", path, name,
                        pmy_dtype_name(tensor->dtype), counts ? "I64" : "reals");
    return check_numbers(path, tensor, PMY_BAD_FILE, error);
}

pmy_status pmy_stored_check(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner,
                            pmy_error *error)
{
    pmy_status status = PMY_OK;
    pmy_stored_tensor tensor;
    for (size_t i = 0; status == PMY_OK && next(list, owner, &i, &tensor);)
        status = check_tensor(stored, &tensor, error);
    return status;
}

void pmy_stored_copy(const pmy_stored_file *stored, pmy_stored_list *list, const void *owner)
{
    pmy_stored_tensor to;
    for (size_t i = 0; next(list, owner, &i, &to);) {
        const pmy_safetensor *from = pmy_safetensors_find(&stored->contents, to.name);
        size_t size = pmy_shape_size(to.shape);
        for (size_t e = 0; e < size; e++)
            if (to.type == PMY_COUNTS)
                ((int64_t *)to.elements)[e] = (int64_t)pmy_safetensor_element(from, e);
            else
                ((pmy_real *)to.elements)[e] = (pmy_real)pmy_safetensor_element(from, e);
    }
}

pmy_status pmy_stored_fill(const pmy_stored_file *stored, pmy_graph *graph, pmy_error *error)
{
    pmy_status status = pmy_stored_check(stored, pmy_stored_of_graph, graph, error);
    for (size_t i = 0; status == PMY_OK && i < stored->contents.count; i++) {
        const char *name = stored->contents.tensor[i].name;
        const pmy_node *node = pmy_find(graph, name);
        if (!node || node->role == PMY_COMPUTED || node->role == PMY_GIVEN)
            status =
                pmy_fail(error, PMY_BAD_FILE, "%s: tensor '%.80s' is none of the net's", stored->path, name);
    }
    if (status == PMY_OK)
        pmy_stored_copy(stored, pmy_stored_of_graph, graph);
    return status;
}

/* --- Entries of the metadata ------------------------------------------------ */

const char *pmy_stored_text(pmy_stored_reader *reader, const char *key)
{
    const char *text = pmy_safetensors_text(&reader->stored->contents, key);
    if (!text && reader->status == PMY_OK)
        reader->status =
            pmy_fail(reader->error, PMY_BAD_FILE, "%s: its metadata has no %s", reader->stored->path, key);
    return reader->status == PMY_OK ? text : "";
}

static void refuse(pmy_stored_reader *reader, const char *key, const char *text, const char *what)
{
    if (reader->status == PMY_OK)
        reader->status = pmy_fail(reader->error, PMY_BAD_FILE, "%s: its %s '%.40s' is no %s",
                                  reader->stored->path, key, text, what);
}

uint64_t pmy_stored_whole(pmy_stored_reader *reader, const char *key, uint64_t most)
{
    uint64_t number = 0;
    const char *text = pmy_stored_text(reader, key);
    if (!pmy_whole_read(text, &number))
        refuse(reader, key, text, "whole number");
    else if (number > most)
        reader->status = pmy_fail(reader->error, PMY_BAD_FILE, "%s: its %s is beyond %llu",
                                  reader->stored->path, key, (unsigned long long)most);
    return number;
}

double pmy_stored_real(pmy_stored_reader *reader, const char *key)
{
    double number = 0;
    const char *text = pmy_stored_text(reader, key);
    if (!pmy_number_read(text, strlen(text), &number) || !pmy_is_finite((pmy_real)number))
        refuse(reader, key, text, "finite number");
    return number;
}

void pmy_stored_reals(pmy_stored_reader *reader, const char *key, pmy_real *number, size_t count,
                      size_t apart)
{
    const char *text = pmy_stored_text(reader, key), *at = text;
    for (size_t i = 0; reader->status == PMY_OK && i < count; i++) {
        size_t length = strcspn(at, " ");
        double one = 0;
        bool last = i + 1 == count;
        if (!pmy_number_read(at, length, &one) || !pmy_is_finite((pmy_real)one) ||
            at[length] != (last ? '\0' : ' '))
            refuse(reader, key, text, count == 1 ? "finite number" : "list of finite numbers, one a column");
        *(pmy_real *)(void *)((char *)number + i * apart) = (pmy_real)one;
        at += length + !last;
    }
}
