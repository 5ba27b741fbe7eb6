/* Words on pictures of red, green and blue, through stb_easy_font.
 *
 * Letters are of ASCII alone: any other character becomes '?'. */
#ifndef COMMON_LETTERING_H
#define COMMON_LETTERING_H

#include <stddef.h>
#include <stdint.h>

/* In pixels: from a line of text to the next. */
enum { LETTERING_LINE = 24 };

/* What is written on; words are cut at its edges. */
typedef struct lettering_ground {
    uint8_t *pixels; /* [height, width, 3] */
    size_t width, height;
} lettering_ground;

/* How many pixels wide the text is. */
size_t lettering_width(const char *text);

/* Writes the text in a grey of 0 … 255. (x, y) is its upper left corner; it is cut before the column `right`.
 */
void lettering_write(const lettering_ground *on, size_t x, size_t y, size_t right, uint8_t grey,
                     const char *text);

#endif
