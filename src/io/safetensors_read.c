#include "io/safetensors.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "io/not_safetensors.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PREFIX = 8,
    MOST_HEADER = 4 << 20 /* bytes; JSON that means harm takes a few dozen times as much in memory */
};

typedef struct reading {
    const char *path;
    const uint8_t *bytes; /* [size] */
    size_t size, header_length;
    pmy_safetensors *contents;
    pmy_error *error;
} reading;

/* --- The header's text ------------------------------------------------------ */

/* cJSON would take bytes that are no UTF-8 as they are, and end a text at a NUL. */
static pmy_status check_text(const reading *r, const char *text)
{
    size_t valid = pmy_utf8_valid(text, r->header_length), escaped = 0; /* backslashes right before `at` */
    for (size_t at = 0; at < valid; at++) {
        bool nul = text[at] == 0 ||
                   (escaped % 2 && r->header_length - at >= 5 && memcmp(text + at, "u0000", 5) == 0);
        if (nul)
            return pmy_fail(r->error, PMY_BAD_FILE, "%s: byte %zu of its header is a NUL", r->path, at);
        escaped = text[at] == '\\' ? escaped + 1 : 0;
    }
    if (valid < r->header_length)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: byte %zu of its header is not UTF-8", r->path, valid);
    return PMY_OK;
}

static pmy_status find_header(reading *r)
{
    uint64_t length = r->size < PREFIX ? UINT64_MAX : pmy_little_endian(r->bytes, PREFIX);
    /* A known beginning, read as a length, is far beyond the longest. */
    const char *other = length > MOST_HEADER ? pmy_not_safetensors(r->bytes, r->size) : NULL;
    if (other)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: it is %s", r->path, other);
    if (r->size < PREFIX)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: %zu bytes are no safetensors file", r->path, r->size);
    if (length > r->size - PREFIX)
        return pmy_fail(r->error, PMY_BAD_FILE,
                        "%s: its header of %llu bytes is longer than the file: it is cut off, or no "
                        "safetensors file",
                        r->path, (unsigned long long)length);
    if (length > MOST_HEADER)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: its header of %llu bytes is longer than %d", r->path,
                        (unsigned long long)length, MOST_HEADER);
    r->header_length = (size_t)length;
    return PMY_OK;
}

static pmy_status parse_header(reading *r, cJSON **header)
{
    const char *text = (const char *)r->bytes + PREFIX, *end = text;
    pmy_status status = check_text(r, text);
    if (status != PMY_OK)
        return status;
    errno = 0;
    *header = cJSON_ParseWithLengthOpts(text, r->header_length, &end, false);
    r->contents->header = *header;
    if (!*header && errno == ENOMEM)
        return pmy_fail(r->error, PMY_NO_MEMORY, "%s: no memory for its header", r->path);
    if (!*header)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: its header is no JSON from byte %td on", r->path,
                        end - text);
    if (!cJSON_IsObject(*header))
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: its header is not a JSON object", r->path);
    for (; end < text + r->header_length; end++)
        if (!strchr(" \t\r\n", *end))
            return pmy_fail(r->error, PMY_BAD_FILE, "%s: its header goes on after its JSON, at byte %td",
                            r->path, end - text);
    return PMY_OK;
}

/* --- Tensors ---------------------------------------------------------------- */

/* Fails because of a tensor. */
#if defined __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
static pmy_status
refuse(const reading *r, const char *name, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return pmy_fail(r->error, PMY_BAD_FILE, "%s: tensor '%.80s': %s", r->path, name, message);
}

/* A whole number from 0 on that a double holds exactly. */
static bool read_size(const cJSON *item, size_t *size)
{
    const double beyond = 9007199254740992; /* 2⁵³ */
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < beyond) ||
        item->valuedouble > (double)PTRDIFF_MAX)
        return false;
    *size = (size_t)item->valuedouble;
    return (double)*size == item->valuedouble;
}

static pmy_status read_dtype(const reading *r, const cJSON *item, pmy_safetensor *tensor)
{
    if (!cJSON_IsString(item))
        return refuse(r, tensor->name, "its dtype is missing or not a text");
    if (pmy_dtype_read(item->valuestring, &tensor->dtype))
        return PMY_OK;
#define DTYPE_WORD(name, word, size) " " word
    return refuse(r, tensor->name, "its dtype '%.20s' is none of" PMY_DTYPE_LIST(DTYPE_WORD),
                  item->valuestring);
#undef DTYPE_WORD
}

/* A pmy_shape ends before its first 0, so *empty, which begins as false, says that there is one. */
static pmy_status read_shape(const reading *r, const cJSON *item, pmy_safetensor *tensor, bool *empty)
{
    if (!cJSON_IsArray(item))
        return refuse(r, tensor->name, "its shape is missing or not an array");
    size_t rank = 0;
    for (const cJSON *axis = item->child; axis; axis = axis->next) {
        if (rank == PMY_MAX_RANK)
            return refuse(r, tensor->name, "its shape has more than %d axes", PMY_MAX_RANK);
        if (!read_size(axis, &tensor->shape.dim[rank]))
            return refuse(r, tensor->name, "axis %zu of its shape is not a whole number from 0 on", rank);
        *empty |= tensor->shape.dim[rank] == 0;
        rank++;
    }
    if (*empty)
        return PMY_OK;
    if (!pmy_shape_valid(tensor->shape))
        return refuse(r, tensor->name, "its shape %s is too large", pmy_shape_print(tensor->shape).text);
    return PMY_OK;
}

/* The data of what is empty stay NULL. */
static pmy_status read_offsets(const reading *r, const cJSON *item, pmy_safetensor *tensor, bool empty)
{
    const cJSON *first = cJSON_IsArray(item) ? item->child : NULL;
    size_t begin, end, room = r->size - PREFIX - r->header_length, bytes;
    if (!first || !first->next || first->next->next || !read_size(first, &begin) ||
        !read_size(first->next, &end))
        return refuse(r, tensor->name, "its data_offsets are missing or not two whole numbers from 0 on");
    if (begin > end || end > room)
        return refuse(r, tensor->name, "its bytes %zu to %zu are not among the file's %zu", begin, end, room);
    if (empty)
        return begin == end ? PMY_OK
                            : refuse(r, tensor->name, "%zu bytes are not its 0 elements", end - begin);
    if (!pmy_size_multiply(pmy_shape_size(tensor->shape), pmy_dtype_size(tensor->dtype), &bytes) ||
        bytes != end - begin)
        return refuse(r, tensor->name, "%zu bytes do not hold its %s elements of %s", end - begin,
                      pmy_shape_print(tensor->shape).text, pmy_dtype_name(tensor->dtype));
    tensor->data = r->bytes + PREFIX + r->header_length + begin;
    return PMY_OK;
}

static pmy_status read_tensor(const reading *r, const cJSON *entry, pmy_safetensor *tensor)
{
    enum { MEMBERS = 3 };
    bool empty = false;
    *tensor = (pmy_safetensor){.name = entry->string};
    if (!cJSON_IsObject(entry))
        return refuse(r, tensor->name, "its entry is not a JSON object");
    pmy_status status = read_dtype(r, cJSON_GetObjectItemCaseSensitive(entry, "dtype"), tensor);
    if (status == PMY_OK)
        status = read_shape(r, cJSON_GetObjectItemCaseSensitive(entry, "shape"), tensor, &empty);
    if (status == PMY_OK)
        status = read_offsets(r, cJSON_GetObjectItemCaseSensitive(entry, "data_offsets"), tensor, empty);
    /* All three are there: a fourth is one of them again, or nothing that the format has. */
    if (status == PMY_OK && cJSON_GetArraySize(entry) != MEMBERS)
        return refuse(r, tensor->name, "its entry has more than dtype, shape and data_offsets");
    return status;
}

/* --- The whole -------------------------------------------------------------- */

static int by_place(const void *one, const void *other)
{
    const pmy_safetensor *a = one, *b = other;
    return (a->data > b->data) - (a->data < b->data);
}

/* Of tensors and of notes, which begin with their name or key. */
static int by_name(const void *one, const void *other)
{
    const char *const *a = one, *const *b = other;
    return strcmp(*a, *b);
}

/* Sorts either by name; the name that is there twice, or NULL. */
static const char *sort_by_name(void *list, size_t count, size_t size)
{
    qsort(list, count, size, by_name);
    for (size_t i = 1; i < count; i++) {
        const void *entry = (const char *)list + i * size, *before = (const char *)entry - size;
        if (by_name(before, entry) == 0)
            return *(const char *const *)entry;
    }
    return NULL;
}

static void leave_out_empty(pmy_safetensors *contents)
{
    size_t count = 0;
    for (size_t i = 0; i < contents->count; i++)
        if (contents->tensor[i].data)
            contents->tensor[count++] = contents->tensor[i];
    contents->count = count;
}

/* One tensor begins where the one before ends, and the last ends with the file. Sorts them by name, and
 * leaves out those without elements. */
static pmy_status check_tensors(const reading *r)
{
    pmy_safetensors *contents = r->contents;
    pmy_safetensor *tensor = contents->tensor;
    const uint8_t *at = r->bytes + PREFIX + r->header_length;
    const char *twice = sort_by_name(tensor, contents->count, sizeof *tensor);
    leave_out_empty(contents);
    qsort(tensor, contents->count, sizeof *tensor, by_place);
    for (size_t i = 0; i < contents->count; i++) {
        const uint8_t *begin = tensor[i].data;
        if (begin != at)
            return refuse(r, tensor[i].name,
                          begin < at ? "its bytes are another tensor's too"
                                     : "the bytes before it are no tensor's");
        at = begin + pmy_shape_size(tensor[i].shape) * pmy_dtype_size(tensor[i].dtype);
    }
    if (at != r->bytes + r->size)
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: its last %td bytes are no tensor's", r->path,
                        r->bytes + r->size - at);
    if (twice)
        return refuse(r, twice, "there are two of that name");
    (void)sort_by_name(tensor, contents->count, sizeof *tensor);
    return PMY_OK;
}

static pmy_status read_notes(const reading *r, const cJSON *entry)
{
    pmy_safetensors *contents = r->contents;
    if (contents->note || !cJSON_IsObject(entry))
        return pmy_fail(r->error, PMY_BAD_FILE, "%s: its __metadata__ is %s", r->path,
                        contents->note ? "there twice" : "not a JSON object");
    contents->note = calloc((size_t)cJSON_GetArraySize(entry) + 1, sizeof *contents->note);
    if (!contents->note)
        return pmy_fail(r->error, PMY_NO_MEMORY, "%s: no memory for its metadata", r->path);
    for (const cJSON *note = entry->child; note; note = note->next) {
        if (!cJSON_IsString(note))
            return pmy_fail(r->error, PMY_BAD_FILE, "%s: its metadata '%.80s' is not a text", r->path,
                            note->string);
        contents->note[contents->notes++] = (pmy_safetensors_note){note->string, note->valuestring};
    }
    const char *twice = sort_by_name(contents->note, contents->notes, sizeof *contents->note);
    return twice ? pmy_fail(r->error, PMY_BAD_FILE, "%s: its metadata '%.80s' is there twice", r->path, twice)
                 : PMY_OK;
}

static pmy_status read_all(reading *r)
{
    pmy_safetensors *contents = r->contents;
    cJSON *header = NULL;
    pmy_status status = find_header(r);
    if (status == PMY_OK)
        status = parse_header(r, &header);
    if (status != PMY_OK)
        return status;
    contents->tensor = calloc((size_t)cJSON_GetArraySize(header) + 1, sizeof *contents->tensor);
    if (!contents->tensor)
        return pmy_fail(r->error, PMY_NO_MEMORY, "%s: no memory for its tensors", r->path);
    for (const cJSON *entry = header->child; entry && status == PMY_OK; entry = entry->next) {
        if (strcmp(entry->string, "__metadata__") == 0)
            status = read_notes(r, entry);
        else
            status = read_tensor(r, entry, &contents->tensor[contents->count++]);
    }
    return status == PMY_OK ? check_tensors(r) : status;
}

pmy_status pmy_safetensors_read(const char *path, const uint8_t *bytes, size_t size,
                                pmy_safetensors *contents, pmy_error *error)
{
    *contents = (pmy_safetensors){0};
    reading r = {.path = path, .bytes = bytes, .size = size, .contents = contents, .error = error};
    pmy_status status = read_all(&r);
    if (status != PMY_OK)
        pmy_safetensors_free(contents);
    return status;
}

void pmy_safetensors_free(pmy_safetensors *contents)
{
    cJSON_Delete(contents->header);
    free(contents->tensor);
    free(contents->note);
    *contents = (pmy_safetensors){0};
}

const pmy_safetensor *pmy_safetensors_find(const pmy_safetensors *contents, const char *name)
{
    return contents->count
               ? bsearch(&name, contents->tensor, contents->count, sizeof *contents->tensor, by_name)
               : NULL;
}

const char *pmy_safetensors_text(const pmy_safetensors *contents, const char *key)
{
    const pmy_safetensors_note *note =
        contents->notes ? bsearch(&key, contents->note, contents->notes, sizeof *contents->note, by_name)
                        : NULL;
    return note ? note->text : NULL;
}
