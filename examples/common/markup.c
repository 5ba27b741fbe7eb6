#include "common/markup.h"

#include "common/utf8.h"
#include "base/utf8.h"

void markup_put(FILE *file, const char *text)
{
    for (uint32_t character = utf8_next(&text); character; character = utf8_next(&text)) {
        /* Two that UTF-8 can hold and XML cannot. */
        bool no_xml = pmy_is_control(character) || character == 0xFFFE || character == 0xFFFF;
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
