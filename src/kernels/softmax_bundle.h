/* Rows of a softmax with few classes, several at once. */
#ifndef PMY_KERNELS_SOFTMAX_BUNDLE_H
#define PMY_KERNELS_SOFTMAX_BUNDLE_H

#include "kernels/softmax_row.h"

/* Up to 16 rows of few classes at once, so that a lane holds a row and none stays empty. */
enum { PMY_BUNDLE_ROWS = 16, PMY_BUNDLE_CLASSES = 32 };
typedef struct pmy_softmax_bundle {
    size_t rows, classes;
    pmy_softmax_row row[PMY_BUNDLE_ROWS];
    pmy_accum e[PMY_BUNDLE_CLASSES * PMY_BUNDLE_ROWS]; /* [classes, PMY_BUNDLE_ROWS]; the unit is 1 */
} pmy_softmax_bundle;

/* Reads z [rows, classes], with 0 < rows ≤ PMY_BUNDLE_ROWS and 0 < classes ≤ PMY_BUNDLE_CLASSES. False if
 * a row has a fault. */
bool pmy_softmax_bundle_rows(size_t rows, size_t classes, const pmy_real *z, pmy_accum temperature,
                             pmy_softmax_bundle *bundle);

/* dz [rows, classes]: the e of each row times its factor [rows]. */
void pmy_softmax_bundle_gradient(const pmy_softmax_bundle *bundle, const pmy_accum *factor, pmy_real *dz);

#endif
