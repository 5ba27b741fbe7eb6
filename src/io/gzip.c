#include "io/gzip.h"

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
    const uint8_t *compressed; /* [compressed_size] */
    size_t compressed_size;
    size_t consumed;    /* of the compressed bytes */
    size_t capacity;    /* of contents->bytes */
    size_t most;        /* what capacity may become */
    pmy_file *contents; /* size: the bytes expanded so far */
} expansion;

bool pmy_is_gzip(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* The length the last member says it has: the file's, if there is one member. */
static size_t length_at_end(const uint8_t *compressed, size_t compressed_size)
{
    const uint8_t *end = compressed + compressed_size;
    return (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
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

static pmy_status grow(expansion *e, pmy_error *error)
{
    if (e->capacity == e->most)
        return pmy_fail(error, PMY_BAD_FILE, "%s: expands to more than %zu bytes: damaged, or 4 GiB or more",
                        e->path, e->most);
    return reserve(e, e->capacity < e->most / 2 ? e->capacity * 2 : e->most, error);
}

static pmy_status begin(expansion *e, pmy_error *error)
{
    if (e->compressed_size < SHORTEST_MEMBER)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated gzip data: only %zu bytes", e->path,
                        e->compressed_size);
    e->most = e->compressed_size < PMY_FILE_LIMIT / MOST_EXPANSION ? e->compressed_size * MOST_EXPANSION
                                                                   : PMY_FILE_LIMIT;
    size_t length = length_at_end(e->compressed, e->compressed_size);
    if (length > e->most)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: damaged or truncated gzip data, or something else follows them: they end with a "
                        "length of %zu bytes, and %zu compressed bytes cannot hold more than %zu",
                        e->path, length, e->compressed_size, e->most);
    return reserve(e, length > 0 ? length : 1, error);
}

static pmy_status expand_member(expansion *e, struct libdeflate_decompressor *decompressor, pmy_error *error)
{
    const uint8_t *member = e->compressed + e->consumed;
    size_t left = e->compressed_size - e->consumed;
    if (!pmy_is_gzip(member, left))
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: %zu bytes that are not gzip follow its %zu bytes of gzip data", e->path, left,
                        e->consumed);
    for (;;) {
        size_t taken = 0, given = 0;
        uint8_t *out = e->contents->bytes + e->contents->size;
        enum libdeflate_result result = libdeflate_gzip_decompress_ex(
            decompressor, member, left, out, e->capacity - e->contents->size, &taken, &given);
        if (result == LIBDEFLATE_SUCCESS) {
            e->consumed += taken;
            e->contents->size += given;
            return PMY_OK;
        }
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: damaged or truncated gzip data (in the member that begins at byte %zu)",
                            e->path, e->consumed);
        pmy_status status = grow(e, error);
        if (status)
            return status;
    }
}

static pmy_status expand_members(expansion *e, pmy_error *error)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to decompress it", e->path);
    pmy_status status = PMY_OK;
    while (!status && e->consumed < e->compressed_size)
        status = expand_member(e, decompressor, error);
    libdeflate_free_decompressor(decompressor);
    return status;
}

/* Several members may leave room over. */
static void give_back_room(expansion *e)
{
    size_t size = e->contents->size > 0 ? e->contents->size : 1;
    uint8_t *bytes = size < e->capacity ? realloc(e->contents->bytes, size) : NULL;
    if (bytes)
        e->contents->bytes = bytes;
}

pmy_status pmy_gzip_expand(const char *path, const uint8_t *compressed, size_t compressed_size,
                           pmy_file *contents, pmy_error *error)
{
    *contents = (pmy_file){0};
    expansion e = {
        .path = path, .compressed = compressed, .compressed_size = compressed_size, .contents = contents};
    pmy_status status = begin(&e, error);
    if (!status)
        status = expand_members(&e, error);
    if (status)
        pmy_file_free(contents);
    else
        give_back_room(&e);
    return status;
}
