#include "softmax/names.h"

#include <stdio.h>

void names_make(names *made, const char *prefix, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(made->text[i], NAMES_LENGTH, *prefix ? "%s[%zu]" : "%s%zu", prefix, i);
        made->list[i] = made->text[i];
    }
}
