#include "page/count.h"

#include <stdio.h>

count_text count_print(size_t count)
{
    count_text out = {""};
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%zu", count);
    char *to = out.text;
    for (int i = 0; i < length; i++) {
        *to++ = digits[i];
        if ((length - i) % 3 == 1 && i + 1 < length)
            *to++ = ',';
    }
    *to = '\0';
    return out;
}
