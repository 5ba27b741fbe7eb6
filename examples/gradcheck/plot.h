/* The error of a finite difference against its step, as a picture. */
#ifndef GRADCHECK_PLOT_H
#define GRADCHECK_PLOT_H

#include "common/svg.h"
#include "gradcheck/curve.h"

/* Of a curve that has points; for svg_write and svg_free. */
svg *plot_curve(const pmy_curve *curve);

#endif
