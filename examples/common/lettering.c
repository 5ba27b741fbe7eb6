#include "common/lettering.h"

#include "common/utf8.h"

#include <string.h>

#include <stb/stb_easy_font.h>

/* A letter is made of rectangles, in units of this many pixels. */
enum { UNIT = 2, MOST_RECTANGLES = 32 };

/* The corners of a rectangle as stb_easy_font has them. */
typedef struct corner {
    float x, y, z;
    unsigned char colour[4];
} corner;
enum { UPPER_LEFT, UPPER_RIGHT, LOWER_RIGHT, LOWER_LEFT, CORNERS };

/* The next letter of the text, as a text of its own; false at its end. */
static bool next_letter(const char **text, char letter[2])
{
    uint32_t character = utf8_next(text);
    letter[0] = (char)(character >= ' ' && character <= '~' ? character : '?');
    letter[1] = 0;
    return character != 0;
}

static size_t letter_width(char letter[2])
{
    return UNIT * (size_t)stb_easy_font_width(letter);
}

size_t lettering_width(const char *text)
{
    size_t width = 0;
    for (char letter[2]; next_letter(&text, letter);)
        width += letter_width(letter);
    return width;
}

static void fill(const lettering_ground *on, size_t left, size_t top, size_t right, size_t bottom,
                 uint8_t grey)
{
    right = right < on->width ? right : on->width;
    bottom = bottom < on->height ? bottom : on->height;
    for (size_t y = top; y < bottom && left < right; y++)
        memset(on->pixels + (y * on->width + left) * 3, grey, (right - left) * 3);
}

void lettering_write(const lettering_ground *on, size_t x, size_t y, size_t right, uint8_t grey,
                     const char *text)
{
    for (char letter[2]; next_letter(&text, letter) && x + letter_width(letter) <= right;
         x += letter_width(letter)) {
        corner corners[MOST_RECTANGLES][CORNERS];
        int count = stb_easy_font_print(0, 0, letter, NULL, corners, (int)sizeof corners);
        for (int i = 0; i < count; i++) {
            const corner *from = &corners[i][UPPER_LEFT], *to = &corners[i][LOWER_RIGHT];
            fill(on, x + UNIT * (size_t)from->x, y + UNIT * (size_t)from->y, x + UNIT * (size_t)to->x,
                 y + UNIT * (size_t)to->y, grey);
        }
    }
}
