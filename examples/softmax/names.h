/* "z[0]", "z[1]", …: names for the rows, columns and curves of pictures. */
#ifndef SOFTMAX_NAMES_H
#define SOFTMAX_NAMES_H

#include <stddef.h>

enum { NAMES_MOST = 64, NAMES_LENGTH = 32 };

typedef struct names {
    char text[NAMES_MOST][NAMES_LENGTH];
    const char *list[NAMES_MOST];
} names;

/* The first `count` ≤ NAMES_MOST names; the list points into the struct. An empty prefix: numbers alone. */
void names_make(names *made, const char *prefix, size_t count);

/* How wide a heat map's cells should be for so many names beside them. */
static inline double names_cell(size_t count)
{
    return count <= 5 ? 72 : 56;
}

#endif
