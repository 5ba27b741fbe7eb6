/* Explains a row of softmax and cross-entropy, with its numbers: see explanation.h. */
#ifndef PMY_GRADCHECK_EXPLAIN_H
#define PMY_GRADCHECK_EXPLAIN_H

#include "base/real.h"
#include "gradcheck/explanation.h"

/* Fills in all that follows from z, temperature, and y or target. The quad build's numbers are rounded to
 * double when they are computed.
 *
 * PMY_BAD_ARGUMENT: see pmy_explanation_check; or a logit is too large for a float. PMY_BAD_DATA: every class
 * is masked, or there is no such target. PMY_NO_MEMORY. */
pmy_status pmy_explain(pmy_explanation *row, pmy_error *error);

#endif
