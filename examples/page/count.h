/* Counts as people read them. */
#ifndef PAGE_COUNT_H
#define PAGE_COUNT_H

#include <stddef.h>

/* "60,000". */
typedef struct count_text {
    char text[32];
} count_text;
count_text count_print(size_t count);

#endif
