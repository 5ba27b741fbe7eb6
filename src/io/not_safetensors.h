/* What a file is that was taken for safetensors and is none: the kinds that people have in its place. */
#ifndef PMY_IO_NOT_SAFETENSORS_H
#define PMY_IO_NOT_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

/* What `bytes` [size] are and what to do, to go on after "file.st: it is "; NULL: nothing that is known. */
const char *pmy_not_safetensors(const uint8_t *bytes, size_t size);

#endif
