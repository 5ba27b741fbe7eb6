#include "common/paragraph.h"

#include "common/utf8.h"

#include <stdbool.h>
#include <string.h>

void paragraph_print(FILE *file, const char *text, size_t column, size_t indent)
{
    bool line_begins = true;
    for (;;) {
        text += strspn(text, " ");
        size_t length = strcspn(text, " \n"), width = utf8_width_up_to(text, length);
        bool breaks = *text == '\n' || (!line_begins && column + 1 + width > PARAGRAPH_WIDTH);
        if (breaks || *text == '\0') {
            (void)fputc('\n', file);
            column = 0;
            line_begins = true;
        }
        if (*text == '\0')
            return;
        if (*text == '\n') {
            text++;
            continue;
        }
        size_t spaces = line_begins ? indent - column : 1;
        (void)fprintf(file, "%*s%.*s", (int)spaces, "", (int)length, text);
        column += spaces + width;
        line_begins = false;
        text += length;
    }
}
