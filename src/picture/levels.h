/* Which values of a picture are ink and which are paper. */
#ifndef PMY_PICTURE_LEVELS_H
#define PMY_PICTURE_LEVELS_H

#include "picture/grey.h"

typedef struct pmy_levels {
    float threshold; /* what is above it is ink: Otsu's, the one that splits the values into the two most
                        distinct classes (IEEE Trans. SMC 9, 1979) */
    float ink;       /* the median of what is above */
    float median;    /* of all */
    float noise;     /* standard deviation about the median of all, from the median of the distances (MAD), so
                        that     ink, which is less than half, does not count */
} pmy_levels;

/* Of a picture whose ink is brighter than its paper. Where all is the same, threshold and ink are that value.
 */
pmy_levels pmy_levels_of(const pmy_grey *grey);

#endif
