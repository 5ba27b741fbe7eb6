/* p and its entropy against the temperature, in an SVG file. */
#ifndef SOFTMAX_TEMPERATURE_PICTURE_H
#define SOFTMAX_TEMPERATURE_PICTURE_H

#include "base/status.h"

#include <stddef.h>

typedef struct temperature_curves {
    size_t classes;
    const double *z; /* [classes] */
    size_t count;
    const double *temperature; /* [count], rising; the first is 0 and the last infinity: the limits */
    double *p;                 /* [count, classes] */
    double *entropy;           /* [count] */
    size_t samples;
    size_t *drawn; /* [count, samples] */
} temperature_curves;

pmy_status temperature_picture(const temperature_curves *curves, const char *path, pmy_error *error);

#endif
