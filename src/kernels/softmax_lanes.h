/* Rows of a softmax fast enough for many classes, for losses: softmax_row.h in lanes of pmy_real. */
#ifndef PMY_KERNELS_SOFTMAX_LANES_H
#define PMY_KERNELS_SOFTMAX_LANES_H

#include "kernels/softmax_row.h"

/* As pmy_softmax_exponentials, three times as fast: e [pmy_softmax_room(classes)] is kept in
 * pmy_real, times row->unit, which is about 2^90, so that exponentials below the smallest float keep
 * their digits: at a small T they are gradients that a float can hold. In the float
 * build rest and each e are right to 2^-23.7 of themselves; what is below 2^-213 counts as nothing. */
pmy_row_fault pmy_softmax_in_lanes(size_t classes, const pmy_real *z, pmy_accum temperature, pmy_real *e,
                                   pmy_softmax_row *row);

/* How many e pmy_softmax_in_lanes writes: whole lanes. */
size_t pmy_softmax_room(size_t classes);

/* dz_i = e_i · factor for the n exponentials of pmy_softmax_in_lanes. Streamed, the results go past
 * the caches: for what is too large to be still there when it is read. */
void pmy_softmax_gradient(size_t n, const pmy_real *e, pmy_accum factor, pmy_real *dz, bool streamed);

#endif
