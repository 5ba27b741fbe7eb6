#include "mnist/class_text.h"

#include <stdio.h>

class_text class_text_of(const char *const *names, size_t class_index)
{
    class_text of;
    if (names)
        (void)snprintf(of.text, sizeof of.text, "%s", names[class_index]);
    else
        (void)snprintf(of.text, sizeof of.text, "%zu", class_index);
    return of;
}
