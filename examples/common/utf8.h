/* UTF-8 text that comes from anywhere (file names, options) and goes to people. */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Stands for what is no character. */
#define UTF8_REPLACEMENT 0xFFFDu

/* Decodes the character at *text and moves *text after it; 0 at the end, where it stays.
 * A byte that begins no valid sequence (overlong ones, surrogates and what is
 * above U+10FFFF are none) is a UTF8_REPLACEMENT of its own. */
uint32_t utf8_next(const char **text);

/* Writes the character in UTF-8. */
void utf8_put(FILE *file, uint32_t character);

/* Columns the text takes on a terminal: accents that combine with the letter
 * before them take none, East Asian wide characters and emoji two. */
size_t utf8_width(const char *text);

/* The same of its first `length` bytes. */
size_t utf8_width_up_to(const char *text, size_t length);

/* Writes at most `columns` columns of the text, ending in … if that cut it; control
 * characters and invalid bytes become U+FFFD. Returns the columns taken. */
size_t utf8_print(FILE *file, const char *text, size_t columns);

#endif
