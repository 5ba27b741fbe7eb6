/* What is UTF-8 and what is not, and which of its characters command terminals. */
#ifndef PMY_BASE_UTF8_H
#define PMY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at text [left > 0] and returns its length, 1 to 4 bytes; 0: there is none (overlong
 * forms, surrogates and what is above U+10FFFF are none). Of a text that ends in a NUL no byte after that is
 * looked at, whatever `left` is. */
size_t pmy_utf8_decode(const char *text, size_t left, uint32_t *character);

/* The length of the longest beginning of text [length] that is UTF-8. */
size_t pmy_utf8_valid(const char *text, size_t length);

/* C0, C1 and DEL: what would move a terminal's cursor or change its colours. */
bool pmy_is_control(uint32_t character);

#endif
