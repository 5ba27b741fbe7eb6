#include "data/idx.h"

#include "base/bytes.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { MAGIC_BYTES = 4, SIZE_BYTES = 4, UNSIGNED_BYTE = 0x08 };

static pmy_status check_magic(const char *path, const uint8_t *found, size_t size, size_t dimensions,
                              pmy_error *error)
{
    if (size == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is empty", path);
    if (size < MAGIC_BYTES)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated: %zu bytes are too few for an IDX file", path,
                        size);
    if (found[0] != 0 || found[1] != 0 || found[2] != UNSIGNED_BYTE || found[3] != dimensions)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: wrong magic: begins with %02x %02x %02x %02x, but IDX of unsigned bytes in %zu "
                        "dimension%s begins with 00 00 08 %02zx",
                        path, found[0], found[1], found[2], found[3], dimensions, dimensions == 1 ? "" : "s",
                        dimensions);
    if (size < MAGIC_BYTES + SIZE_BYTES * dimensions)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated: %zu bytes, and its header alone has %zu", path,
                        size, MAGIC_BYTES + SIZE_BYTES * dimensions);
    return PMY_OK;
}

pmy_status pmy_idx_parse(const char *path, const uint8_t *bytes, size_t size, size_t dimensions, pmy_idx *idx,
                         pmy_error *error)
{
    assert(dimensions >= 1 && dimensions <= PMY_IDX_MAX_DIMENSIONS);
    *idx = (pmy_idx){0};
    pmy_status status = check_magic(path, bytes, size, dimensions, error);
    if (status)
        return status;
    size_t header = MAGIC_BYTES + SIZE_BYTES * dimensions, there = size - header;
    size_t sizes[PMY_IDX_MAX_DIMENSIONS] = {0};
    uint64_t values = 1;
    for (size_t d = 0; d < dimensions; d++) {
        sizes[d] = (size_t)pmy_big_endian(bytes + MAGIC_BYTES + SIZE_BYTES * d, SIZE_BYTES);
        if (sizes[d] == 0)
            return pmy_fail(error, PMY_BAD_FILE, "%s: its header says that dimension %zu of %zu has size 0",
                            path, d + 1, dimensions);
        if (values > UINT64_MAX / sizes[d])
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: the sizes in its header overflow: their product is beyond 64 bits", path);
        values *= sizes[d];
    }
    if (values != there)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: %s: its header says %" PRIu64 " bytes of values, %zu are there", path,
                        there < values ? "truncated" : "over-long", values, there);
    idx->values = bytes + header;
    memcpy(idx->sizes, sizes, sizeof sizes);
    return PMY_OK;
}
