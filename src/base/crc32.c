#include "base/crc32.h"

/* Bytes that are looked up at a time (Kounavis and Berry, "A systematic approach to building high performance
 * software-based CRC generators", ISCC 2005). */
enum { SLICES = 8, BYTES = 256 };

/* slice[s][byte]: what a byte leaves once s more of zeros have followed. Made anew each time, which takes a
 * few µs and no state. */
static void make_slices(uint32_t slice[SLICES][BYTES])
{
    for (uint32_t byte = 0; byte < BYTES; byte++) {
        uint32_t rest = byte;
        for (unsigned bit = 0; bit < 8; bit++)
            rest = rest >> 1 ^ (rest & 1 ? UINT32_C(0xEDB88320) : 0);
        slice[0][byte] = rest;
    }
    for (unsigned s = 1; s < SLICES; s++)
        for (unsigned byte = 0; byte < BYTES; byte++) {
            uint32_t shorter = slice[s - 1][byte];
            slice[s][byte] = shorter >> 8 ^ slice[0][shorter & 0xFF];
        }
}

uint32_t pmy_crc32(uint32_t before, const void *bytes, size_t size)
{
    uint32_t slice[SLICES][BYTES], rest = ~before;
    make_slices(slice);
    const uint8_t *byte = bytes;
    for (; size >= SLICES; size -= SLICES, byte += SLICES)
        rest = slice[7][(rest & 0xFF) ^ byte[0]] ^ slice[6][(rest >> 8 & 0xFF) ^ byte[1]] ^
               slice[5][(rest >> 16 & 0xFF) ^ byte[2]] ^ slice[4][rest >> 24 ^ byte[3]] ^ slice[3][byte[4]] ^
               slice[2][byte[5]] ^ slice[1][byte[6]] ^ slice[0][byte[7]];
    for (; size > 0; size--, byte++)
        rest = rest >> 8 ^ slice[0][(rest & 0xFF) ^ *byte];
    return ~rest;
}
