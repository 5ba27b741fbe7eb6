/* Connected pieces of ink. */
#ifndef PMY_PICTURE_COMPONENTS_H
#define PMY_PICTURE_COMPONENTS_H

#include "picture/grey.h"

#include <stdbool.h>

typedef struct pmy_component {
    size_t left, top, right, bottom; /* of its bounding box; right and bottom are after it */
    double mass;                     /* the sum of its ink */
    float peak;                      /* its most */
    size_t at_edge;                  /* how many of its pixels are at the picture's edge */
    bool left_out, chosen;           /* pieces.h: part of no digit; part of the one that was chosen */
    size_t digit;                    /* pieces.h: the same for all pieces of one digit */
} pmy_component;

typedef struct pmy_components {
    size_t count;
    pmy_component *list; /* [count] */
    uint32_t *label;     /* [height, width]: 1 + the index in the list, or 0 */
} pmy_components;

/* Finds the pieces of ink, pixels above `low` that touch each other, if only at corners (8-connected), and of
 * which at least one is above `high`. All is 0 where there is no memory. */
pmy_components pmy_components_find(const pmy_grey *ink, float low, float high);

void pmy_components_free(pmy_components *components);

#endif
