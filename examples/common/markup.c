#include "common/markup.h"

#include "common/utf8.h"
#include "base/utf8.h"

#include <string.h>

/* `kept` are control characters that stay. */
static void put(FILE *file, const char *text, const char *kept)
{
    for (uint32_t character = utf8_next(&text); character; character = utf8_next(&text)) {
        /* Two that UTF-8 can hold and XML cannot. */
        bool is_kept = character < 0x80 && strchr(kept, (int)character);
        bool no_xml = (pmy_is_control(character) && !is_kept) || character == 0xFFFE || character == 0xFFFF;
        if (character == '&')
            (void)fputs("&amp;", file);
        else if (character == '<')
            (void)fputs("&lt;", file);
        else if (character == '>')
            (void)fputs("&gt;", file);
        else if (character == '"')
            (void)fputs("&quot;", file);
        else
            utf8_put(file, no_xml ? UTF8_REPLACEMENT : character);
    }
}

void markup_put(FILE *file, const char *text)
{
    put(file, text, "");
}

void markup_put_lines(FILE *file, const char *text)
{
    put(file, text, "\n\t");
}
