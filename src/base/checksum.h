/* Checksums. */
#ifndef PMY_BASE_CHECKSUM_H
#define PMY_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as gzip has it (RFC 1952, section 8), of bytes [size] after those of which `before` is the checksum;
 * 0 before the first. */
uint32_t pmy_crc32(uint32_t before, const void *bytes, size_t size);

#endif
