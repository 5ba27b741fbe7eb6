#include "base/checksum.h"

/* So many bytes are looked up at a time, each in a table of its own: what a byte comes to that so many others
 * follow. */
enum { AT_A_TIME = 8, BYTES = 256 };

static void make_tables(uint32_t table[AT_A_TIME][BYTES])
{
    const uint32_t polynomial = 0xedb88320; /* the highest power first, in the lowest bit */
    for (uint32_t byte = 0; byte < BYTES; byte++) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; bit++)
            rest = rest >> 1 ^ (rest & 1 ? polynomial : 0);
        table[0][byte] = rest;
    }
    for (size_t after = 1; after < AT_A_TIME; after++)
        for (size_t byte = 0; byte < BYTES; byte++) {
            uint32_t rest = table[after - 1][byte];
            table[after][byte] = rest >> 8 ^ table[0][rest & 0xff];
        }
}

uint32_t pmy_crc32(uint32_t before, const void *bytes, size_t size)
{
    uint32_t table[AT_A_TIME][BYTES], rest = ~before;
    const uint8_t *at = bytes, *end = at + size;
    make_tables(table);
    for (; end - at >= AT_A_TIME; at += AT_A_TIME) {
        uint32_t next = 0;
        for (size_t i = 0; i < AT_A_TIME; i++) {
            uint32_t byte = at[i] ^ (i < sizeof rest ? rest >> 8 * i & 0xff : 0);
            next ^= table[AT_A_TIME - 1 - i][byte];
        }
        rest = next;
    }
    for (; at < end; at++)
        rest = rest >> 8 ^ table[0][(rest ^ *at) & 0xff];
    return ~rest;
}
