/* What is UTF-8 and what is not. */
#ifndef PMY_BASE_UTF8_H
#define PMY_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The length of the character at text [left > 0], 1 to 4 bytes; 0: there is none (overlong forms,
 * surrogates and what is above U+10FFFF are none). */
size_t pmy_utf8_length(const uint8_t *text, size_t left);

#endif
