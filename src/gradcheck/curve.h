/* The error of a single central difference against its step: a V. Large steps suffer from
 * truncation, which grows as h²; small ones from round-off, which grows as 1/h. */
#ifndef PMY_GRADCHECK_CURVE_H
#define PMY_GRADCHECK_CURVE_H

#include <stddef.h>

enum { PMY_MAX_CURVE = 128 };

typedef struct pmy_curve_point {
    double step, error; /* relative as in the check; differences across a kink are left out */
} pmy_curve_point;

typedef struct pmy_curve {
    char name[96], input[96]; /* what was differentiated with respect to what */
    size_t element;
    double worst; /* the error for which pmy_suite chose this element */
    size_t count;
    pmy_curve_point point[PMY_MAX_CURVE]; /* steps that halve */
    double truncation;                    /* the error expected of step h is truncation · h² … */
    double noise;                         /* … + noise / h */
    double largest_step, smallest_step;   /* of the differences the check extrapolated from */
    double extrapolated;                  /* the error of its extrapolation */
} pmy_curve;

#endif
