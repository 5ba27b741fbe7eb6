/* The V as a picture: error against step size. */
#ifndef GRADCHECK_PLOT_H
#define GRADCHECK_PLOT_H

#include "gradcheck/curve.h"
#include "base/status.h"

/* Writes an SVG. PMY_BAD_ARGUMENT if the curve has no points. */
pmy_status plot_curve(const pmy_curve *curve, const char *path, pmy_error *error);

#endif
