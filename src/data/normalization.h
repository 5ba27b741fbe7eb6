/* What is done with the numbers of examples before a net sees them: a mean is taken off, and the rest is
 * divided by a deviation; the same for all numbers, or each column's own. */
#ifndef PMY_DATA_NORMALIZATION_H
#define PMY_DATA_NORMALIZATION_H

#include "data/dataset.h"
#include "base/real.h"

/* A byte is scaled to 0 … 1 first; a real is taken as it is. Mean 0 and deviation 1: nothing is done. */
typedef struct pmy_normalization {
    pmy_real mean, deviation;
} pmy_normalization;

/* Whether it can be computed with: PMY_BAD_ARGUMENT for a mean that is not finite, or a deviation that is not
 * above 0. One that is all 0, as in a struct that does not mention it, becomes the one that does nothing. */
pmy_status pmy_normalization_check(pmy_normalization *normalization, pmy_error *error);

/* Measures each column of a dataset's examples, in double: its mean, and the root of the mean square of what
 * is left without it. A column whose deviation would be 0, such as a constant one, has 1. */
void pmy_normalization_measure(const pmy_dataset *dataset, pmy_normalization *column /* [features] */);

/* x = (x − mean) / deviation of its column, each operation rounded; and back, x = x · deviation + mean. */
void pmy_normalize_columns(const pmy_normalization *column /* [width] */, size_t rows, size_t width,
                           pmy_real *x /* [rows, width] */);
void pmy_restore_columns(const pmy_normalization *column /* [width] */, size_t rows, size_t width,
                         pmy_real *x /* [rows, width] */);

#endif
