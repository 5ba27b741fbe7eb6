/* The Jacobian as a heat map with the bars of p, y and p - y, in an SVG file. */
#ifndef SOFTMAX_EXPLANATION_PICTURE_H
#define SOFTMAX_EXPLANATION_PICTURE_H

#include "gradcheck/explanation.h"

pmy_status explanation_picture(const pmy_explanation *row, const char *path, pmy_error *error);

#endif
