#include "common/underline.h"

#include <string.h>

void underline(FILE *file, const char *text, size_t begin, size_t length)
{
    size_t size = strlen(text);
    if (length == 0 || begin > size || length > size - begin || strpbrk(text, "\n\r\t\033"))
        return;
    fprintf(file, "  %s\n  %*s^", text, (int)begin, "");
    while (--length)
        fputc('~', file);
    fputc('\n', file);
}
