/* The Jacobian as a heat map with the bars of p, y and p - y, in an SVG file. */
#ifndef SOFTMAX_DERIVATION_PICTURE_H
#define SOFTMAX_DERIVATION_PICTURE_H

#include "softmax/derivation.h"

pmy_status derivation_picture(const derivation *row, const char *path, pmy_error *error);

#endif
