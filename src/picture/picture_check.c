/* What stb_image does not look at: whether a file is whole. */
#include "picture/picture_formats.h"

#include "base/bytes.h"
#include "base/crc32.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- PNG (ISO/IEC 15948): an eight-byte signature, then chunks of length, type, data, checksum --- */

enum { SIGNATURE = 8, CHUNK_AROUND_DATA = 12 };

pmy_status pmy_check_png(const char *name, const uint8_t *bytes, size_t size, pmy_error *error)
{
    size_t at = SIGNATURE;
    while (size - at >= CHUNK_AROUND_DATA) {
        const uint8_t *chunk = bytes + at, *type = chunk + 4;
        size_t length = (size_t)pmy_big_endian(chunk, 4);
        if (length > size - at - CHUNK_AROUND_DATA)
            break;
        if (pmy_crc32(0, type, length + 4) != pmy_big_endian(type + 4 + length, 4))
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: damaged PNG data: wrong checksum in the chunk that begins at byte %zu", name,
                            at);
        if (memcmp(type, "IEND", 4) == 0)
            return PMY_OK;
        at += length + CHUNK_AROUND_DATA;
    }
    return pmy_fail(error, PMY_BAD_FILE, "%s: truncated PNG data", name);
}

unsigned pmy_png_orientation(const uint8_t *bytes, size_t size)
{
    /* The chunk holds what follows this in a JPEG. */
    static const uint8_t begin[] = {'E', 'x', 'i', 'f', 0, 0};
    enum { LONGEST = 65535 };
    for (size_t at = SIGNATURE; size - at >= CHUNK_AROUND_DATA;) {
        const uint8_t *chunk = bytes + at;
        size_t length = (size_t)pmy_big_endian(chunk, 4);
        uint8_t *exif =
            memcmp(chunk + 4, "eXIf", 4) == 0 && length <= LONGEST ? malloc(sizeof begin + length) : NULL;
        if (exif) {
            memcpy(exif, begin, sizeof begin);
            memcpy(exif + sizeof begin, chunk + 8, length);
            unsigned orientation = pmy_exif_orientation(exif, sizeof begin + length);
            free(exif);
            return orientation;
        }
        if (memcmp(chunk + 4, "IEND", 4) == 0)
            break;
        at += length + CHUNK_AROUND_DATA;
    }
    return 1;
}

/* --- BMP: file header (14 bytes), then one of several information headers, which begin with their size ---
 */

pmy_status pmy_check_bmp(const char *name, const uint8_t *bytes, size_t size, pmy_error *error)
{
    enum { FILE_HEADER = 14, CORE_HEADER = 12, SHORTEST_HEADER = FILE_HEADER + 40, WORD_BITS = 32 };
    if (size < SHORTEST_HEADER)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated BMP data", name);
    const uint8_t *header = bytes + FILE_HEADER;
    bool core = pmy_little_endian(header, 4) == CORE_HEADER;
    size_t side = core ? 2 : 4; /* bytes of width and height */
    uint64_t begin = pmy_little_endian(bytes + 10, 4), bits = pmy_little_endian(header + (core ? 10 : 14), 2);
    uint64_t width = pmy_little_endian(header + 4, side), height = pmy_little_endian(header + 4 + side, side);
    if (!core && height > INT32_MAX) /* negative, as two's complement, where the top is first */
        height = (uint32_t)0 - (uint32_t)height;
    if (width == 0 || height == 0 || width > PMY_PICTURE_LONGEST_SIDE || height > PMY_PICTURE_LONGEST_SIDE ||
        bits > WORD_BITS)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: a BMP picture of %llux%llu pixels of %llu bits; sides of 1 to %d are read", name,
                        (unsigned long long)width, (unsigned long long)height, (unsigned long long)bits,
                        PMY_PICTURE_LONGEST_SIDE);
    uint64_t row = (width * bits + WORD_BITS - 1) / WORD_BITS * (WORD_BITS / 8);
    if (begin > size || row * height > size - begin)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated or compressed BMP data", name);
    return PMY_OK;
}
