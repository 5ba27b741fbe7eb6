/* Softmax and its cross-entropy of plain numbers, without a graph:
 *
 *   p = softmax(z/T),   log p,   loss = −log p of the label
 *
 * of logits z [classes], classes > 0, as right as those of the ops: within 2 units in the last place in the
 * float build (docs/NUMERICS.md). A logit of −inf masks its class. Nothing is allocated.
 *
 * Errors: PMY_BAD_ARGUMENT, for the temperature (see pmy_temperature_check); PMY_BAD_DATA, for a logit that
 * is NaN or +inf, and where all are −inf. On an error nothing is written. */
#ifndef PMY_KERNELS_SOFTMAX_OF_ROW_H
#define PMY_KERNELS_SOFTMAX_OF_ROW_H

#include "base/real.h"
#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

pmy_status pmy_softmax_of_row(size_t classes, const pmy_real *z /* [classes] */, double temperature,
                              pmy_real *p /* [classes], not z */, pmy_error *error);

/* −inf for a masked class. */
pmy_status pmy_log_softmax_of_row(size_t classes, const pmy_real *z /* [classes] */, double temperature,
                                  pmy_real *log_p /* [classes], not z */, pmy_error *error);

/* Infinite where the loss exceeds PMY_REAL_MAX, and for a masked label. PMY_BAD_DATA also for a label that is
 * none of the classes. */
pmy_status pmy_xent_of_row(size_t classes, const pmy_real *z /* [classes] */, double temperature,
                           int32_t label, pmy_real *loss, pmy_error *error);

/* PMY_BAD_ARGUMENT, in words, unless T is one that all of this can be computed for: a normal number above 0,
 * from 2.2e-308 to 1.8e308, of which 1/T is a number, too. */
pmy_status pmy_temperature_check(double temperature, pmy_error *error);

#endif
