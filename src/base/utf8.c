#include "base/utf8.h"

size_t pmy_utf8_decode(const char *text, size_t left, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text[0];
    size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    *character = first;
    if (length < 2 || length > left)
        return length == 1;
    *character = first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte >> 6 != 2)
            return 0;
        *character = *character << 6 | (byte & 0x3F);
    }
    bool surrogate = *character >= 0xD800 && *character <= 0xDFFF;
    return *character >= least[length] && *character <= 0x10FFFF && !surrogate ? length : 0;
}

size_t pmy_utf8_valid(const char *text, size_t length)
{
    uint32_t character;
    size_t at = 0;
    for (size_t more; at < length && (more = pmy_utf8_decode(text + at, length - at, &character));)
        at += more;
    return at;
}

bool pmy_is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0);
}
