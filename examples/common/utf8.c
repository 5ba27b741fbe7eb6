#include "common/utf8.h"

#include "base/utf8.h"

#include <string.h>

typedef struct character_range {
    uint32_t first, last;
} character_range;

/* Of Unicode's East Asian Width W and F, and of its combining marks, the blocks as wholes. */
static const character_range wide_ranges[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xA960, 0xA97C}, {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
static const character_range combining_ranges[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x2069},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

static bool is_in(uint32_t character, const character_range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

static size_t width_of(uint32_t character)
{
    if (is_in(character, combining_ranges, sizeof combining_ranges / sizeof *combining_ranges))
        return 0;
    return is_in(character, wide_ranges, sizeof wide_ranges / sizeof *wide_ranges) ? 2 : 1;
}

uint32_t utf8_next(const char **text)
{
    uint32_t character;
    size_t length = **text ? pmy_utf8_decode(*text, SIZE_MAX, &character) : 0;
    if (!**text)
        return 0;
    *text += length ? length : 1;
    return length ? character : UTF8_REPLACEMENT;
}

void utf8_put(FILE *file, uint32_t character)
{
    if (character < 0x80) {
        (void)fputc((int)character, file);
        return;
    }
    unsigned length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    unsigned shift = 6 * (length - 1);
    (void)fputc((int)((0xF00u >> length & 0xF0u) | character >> shift), file);
    while (shift) {
        shift -= 6;
        (void)fputc((int)(0x80u | (character >> shift & 0x3Fu)), file);
    }
}

size_t utf8_width(const char *text)
{
    return utf8_width_up_to(text, strlen(text));
}

size_t utf8_width_up_to(const char *text, size_t length)
{
    const char *end = text + length;
    size_t width = 0;
    while (text < end)
        width += width_of(utf8_next(&text));
    return width;
}

size_t utf8_print(FILE *file, const char *text, size_t columns)
{
    bool cut = utf8_width(text) > columns;
    size_t room = cut && columns ? columns - 1 : columns, taken = 0;
    for (uint32_t character = utf8_next(&text); character; character = utf8_next(&text)) {
        if (taken + width_of(character) > room)
            break;
        utf8_put(file, pmy_is_control(character) ? UTF8_REPLACEMENT : character);
        taken += width_of(character);
    }
    if (cut && columns) {
        utf8_put(file, 0x2026);
        taken++;
    }
    return taken;
}
