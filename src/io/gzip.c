#include "io/gzip.h"

#include "base/bytes.h"

#include <libdeflate.h>
#include <stdlib.h>

enum {
    /* RFC 1951: the longest match is 258 bytes, its shortest code two bits
     * (one for the length, one for the distance), so a byte makes 4 · 258. */
    MOST_EXPANSION = 1032,
    SHORTEST_MEMBER = 18 /* header 10, checksum and length 8 */
};

typedef struct expansion {
    const char *path;
    const uint8_t *compressed; /* [size] */
    size_t size, consumed;     /* of the compressed bytes */
    size_t capacity, most;     /* of contents->bytes, and what it may become */
    pmy_file *contents;        /* size: the bytes expanded so far */
} expansion;

bool pmy_is_gzip(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static pmy_status reserve(expansion *e, size_t capacity, pmy_error *error)
{
    uint8_t *bytes = realloc(e->contents->bytes, capacity);
    if (!bytes)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu expanded bytes", e->path, capacity);
    e->contents->bytes = bytes;
    e->capacity = capacity;
    return PMY_OK;
}

/* Takes the room that the last member says it needs: the file's, if there is one member. */
static pmy_status begin(expansion *e, pmy_error *error)
{
    if (e->size < SHORTEST_MEMBER)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated gzip data: only %zu bytes", e->path, e->size);
    e->most = e->size < PMY_FILE_LIMIT / MOST_EXPANSION ? e->size * MOST_EXPANSION : PMY_FILE_LIMIT;
    size_t length = (size_t)pmy_little_endian(e->compressed + e->size - 4, 4);
    if (length > e->most)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: damaged or truncated gzip data, or something else follows them: they end with a "
                        "length of %zu bytes, and %zu compressed bytes cannot hold more than %zu",
                        e->path, length, e->size, e->most);
    return reserve(e, length > 0 ? length : 1, error);
}

/* The next member, or more room for it. */
static pmy_status expand_member(expansion *e, struct libdeflate_decompressor *decompressor, pmy_error *error)
{
    const uint8_t *member = e->compressed + e->consumed;
    size_t left = e->size - e->consumed, taken = 0, given = 0;
    if (!pmy_is_gzip(member, left))
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: %zu bytes that are not gzip follow its %zu bytes of gzip data", e->path, left,
                        e->consumed);
    enum libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor, member, left, e->contents->bytes + e->contents->size,
                                      e->capacity - e->contents->size, &taken, &given);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE && e->capacity < e->most)
        return reserve(e, e->capacity < e->most / 2 ? e->capacity * 2 : e->most, error);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return pmy_fail(error, PMY_BAD_FILE, "%s: expands to more than %zu bytes: damaged, or 4 GiB or more",
                        e->path, e->most);
    if (result != LIBDEFLATE_SUCCESS)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: damaged or truncated gzip data (in the member that begins at byte %zu)", e->path,
                        e->consumed);
    e->consumed += taken;
    e->contents->size += given;
    return PMY_OK;
}

/* Is nothing left but zeros, with which tapes and some archivers fill a block? */
static bool only_padding_left(const expansion *e)
{
    for (size_t i = e->consumed; i < e->size; i++)
        if (e->compressed[i] != 0)
            return false;
    return true;
}

static pmy_status expand_members(expansion *e, pmy_error *error)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to decompress it", e->path);
    pmy_status status = PMY_OK;
    while (!status && (e->consumed == 0 || !only_padding_left(e)))
        status = expand_member(e, decompressor, error);
    libdeflate_free_decompressor(decompressor);
    return status;
}

pmy_status pmy_gzip_expand(const char *path, const uint8_t *compressed, size_t compressed_size,
                           pmy_file *contents, pmy_error *error)
{
    *contents = (pmy_file){0};
    expansion e = {.path = path, .compressed = compressed, .size = compressed_size, .contents = contents};
    pmy_status status = begin(&e, error);
    if (!status)
        status = expand_members(&e, error);
    if (status)
        pmy_file_free(contents);
    else if (contents->size > 0 && contents->size < e.capacity) /* several members may leave room over */
        (void)reserve(&e, contents->size, NULL);
    return status;
}
