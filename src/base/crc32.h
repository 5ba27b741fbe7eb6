/* CRC-32 as gzip and PNG have it (ISO/IEC 15948, annex D): the same numbers as zlib's crc32. */
#ifndef PMY_BASE_CRC32_H
#define PMY_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Of `size` bytes after others, whose checksum is `before`; 0: there are none. */
uint32_t pmy_crc32(uint32_t before, const void *bytes, size_t size);

#endif
