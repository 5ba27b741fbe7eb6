#include "data/idx.h"

#include "base/bytes.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { MAGIC_BYTES = 4, SIZE_BYTES = 4 };

/* Bytes of a value of the type with that number; 0: there is none. */
static size_t type_size(uint8_t type)
{
    switch (type) {
    case PMY_IDX_UNSIGNED_BYTE:
    case PMY_IDX_SIGNED_BYTE:
        return 1;
    case PMY_IDX_SHORT:
        return 2;
    case PMY_IDX_INT:
    case PMY_IDX_FLOAT:
        return 4;
    case PMY_IDX_DOUBLE:
        return 8;
    default:
        return 0;
    }
}

double pmy_idx_value(const pmy_idx *idx, size_t index)
{
    size_t size = type_size((uint8_t)idx->type);
    uint64_t bits = pmy_big_endian(idx->values + index * size, size);
    uint32_t low = (uint32_t)bits;
    float single;
    double number;
    switch (idx->type) {
    case PMY_IDX_SIGNED_BYTE:
        return (int8_t)bits;
    case PMY_IDX_SHORT:
        return (int16_t)bits;
    case PMY_IDX_INT:
        return (int32_t)low;
    case PMY_IDX_FLOAT:
        memcpy(&single, &low, sizeof single);
        return (double)single;
    case PMY_IDX_DOUBLE:
        memcpy(&number, &bits, sizeof number);
        return number;
    case PMY_IDX_UNSIGNED_BYTE:
        break;
    }
    return (double)bits;
}

static pmy_status check_magic(const char *path, const uint8_t *found, size_t size, size_t dimensions,
                              pmy_error *error)
{
    if (size == 0)
        return pmy_fail(error, PMY_BAD_FILE, "%s: is empty", path);
    if (size < MAGIC_BYTES)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated: %zu bytes are too few for an IDX file", path,
                        size);
    if (found[0] != 0 || found[1] != 0 || type_size(found[2]) == 0 ||
        (found[3] != dimensions && found[3] != dimensions + 1))
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: wrong magic: begins with %02x %02x %02x %02x, but IDX in %zu "
                        "dimension%s begins with 00 00 08 %02zx, or another type of 09 to 0e for 08",
                        path, found[0], found[1], found[2], found[3], dimensions, dimensions == 1 ? "" : "s",
                        dimensions);
    size_t header = MAGIC_BYTES + SIZE_BYTES * (size_t)found[3];
    if (size < header)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated: %zu bytes, and its header alone has %zu", path,
                        size, header);
    return PMY_OK;
}

pmy_status pmy_idx_parse(const char *path, const uint8_t *bytes, size_t size, size_t dimensions, pmy_idx *idx,
                         pmy_error *error)
{
    assert(dimensions >= 1 && dimensions < PMY_IDX_MAX_DIMENSIONS);
    *idx = (pmy_idx){0};
    pmy_status status = check_magic(path, bytes, size, dimensions, error);
    if (status)
        return status;
    dimensions = bytes[3];
    size_t header = MAGIC_BYTES + SIZE_BYTES * dimensions, there = size - header;
    size_t sizes[PMY_IDX_MAX_DIMENSIONS] = {0};
    uint64_t values = type_size(bytes[2]); /* bytes of them */
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
    idx->type = (pmy_idx_type)bytes[2];
    idx->dimensions = dimensions;
    idx->values = bytes + header;
    memcpy(idx->sizes, sizes, sizeof sizes);
    return PMY_OK;
}
