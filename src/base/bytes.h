/* Whole numbers in the bytes of files. */
#ifndef PMY_BASE_BYTES_H
#define PMY_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* What bytes [count], at most 8, stand for, the highest first. */
static inline uint64_t pmy_big_endian(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

/* The same, the lowest first. */
static inline uint64_t pmy_little_endian(const uint8_t *bytes, size_t count)
{
    uint64_t number = 0;
    for (size_t i = count; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

#endif
