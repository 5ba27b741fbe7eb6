/* What is printed on paper to write between: lines, squares, margins, boxes. */
#ifndef PMY_PICTURE_RULES_H
#define PMY_PICTURE_RULES_H

#include "picture/grey.h"

#include <stdbool.h>

/* Takes rules out of *ink, and leaves what crosses them. `low`: what is above may be part of a rule.
 * `background` is the brightness behind the ink, which changes where a sheet ends; empty: the sheet is all
 * that is seen. Returns how thick
 * the thickest was, in pixels; 0: there was none.
 *
 * A rule is a long, straight, thin run of ink, within 20 degrees of the picture's sides, that ends where the
 * paper ends, or at other rules: a stroke of a digit ends anywhere. Of a rule all ink goes that is no
 * thicker, across the rule, than it mostly is. */
double pmy_rules_remove(pmy_grey *ink, float low, const pmy_grey *background);

#endif
