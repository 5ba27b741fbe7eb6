/* What stb_image does not look at: whether a file is whole. */
#include "picture/picture_formats.h"

#include <libdeflate.h>
#include <string.h>

/* --- PNG (ISO/IEC 15948): an eight-byte signature, then chunks of length, type, data, checksum --- */

enum { SIGNATURE = 8, CHUNK_AROUND_DATA = 12 };

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

pmy_status pmy_check_png(const char *name, const uint8_t *bytes, size_t size, pmy_error *error)
{
    size_t at = SIGNATURE;
    while (size - at >= CHUNK_AROUND_DATA) {
        const uint8_t *chunk = bytes + at, *type = chunk + 4;
        size_t length = big_endian(chunk);
        if (length > size - at - CHUNK_AROUND_DATA)
            break;
        if (libdeflate_crc32(0, type, length + 4) != big_endian(type + 4 + length))
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: damaged PNG data: wrong checksum in the chunk that begins at byte %zu", name,
                            at);
        if (memcmp(type, "IEND", 4) == 0)
            return PMY_OK;
        at += length + CHUNK_AROUND_DATA;
    }
    return pmy_fail(error, PMY_BAD_FILE, "%s: truncated PNG data", name);
}

/* --- BMP: file header (14 bytes), then one of several information headers, which begin with their size ---
 */

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

pmy_status pmy_check_bmp(const char *name, const uint8_t *bytes, size_t size, pmy_error *error)
{
    enum { FILE_HEADER = 14, CORE_HEADER = 12, SHORTEST_HEADER = FILE_HEADER + 40, WORD_BITS = 32 };
    if (size < SHORTEST_HEADER)
        return pmy_fail(error, PMY_BAD_FILE, "%s: truncated BMP data", name);
    const uint8_t *header = bytes + FILE_HEADER;
    uint64_t begin = little_endian(bytes + 10), width, height, bits;
    if (little_endian(header) == CORE_HEADER) {
        width = little_endian(header + 4) & 0xFFFF;
        height = little_endian(header + 4) >> 16;
        bits = little_endian(header + 8) >> 16;
    } else {
        uint32_t lines =
            little_endian(header + 8); /* negative, as two's complement, where the top is first */
        width = little_endian(header + 4);
        height = lines > INT32_MAX ? (uint32_t)0 - lines : lines;
        bits = little_endian(header + 12) >> 16;
    }
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
