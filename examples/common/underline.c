#include "common/underline.h"

#include <string.h>

void underline(FILE *file, const char *text, size_t begin, size_t length)
{
    size_t size = strlen(text);
    if (length == 0 || begin > size || strpbrk(text, "\n\r\t\033"))
        return;
    /* What is missing at the end has its mark after it. */
    if (length > size - begin)
        length = begin < size ? size - begin : 1;
    fprintf(file, "  %s\n  %*s^", text, (int)begin, "");
    while (--length)
        fputc('~', file);
    fputc('\n', file);
}
