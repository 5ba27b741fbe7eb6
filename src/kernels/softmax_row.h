/* One row of a softmax, in a form from which everything else follows without
 * cancellation. With m the largest logit and d_i = (z_i − m)/T ≤ 0,
 *
 *   e_i = exp(d_i),  rest = Σ_{i ≠ argmax} e_i,  so  Σ e = 1 + rest
 *
 *   p_i      = e_i / (1 + rest)
 *   −log p_i = −d_i + log1p(rest)      both terms ≥ 0, so a p close to 1 keeps its digits
 */
#ifndef PMY_KERNELS_SOFTMAX_ROW_H
#define PMY_KERNELS_SOFTMAX_ROW_H

#include "base/real.h"
#include "kernels/exact_sum.h"

#include <stddef.h>

typedef enum pmy_row_fault {
    PMY_ROW_FINE,
    PMY_ROW_NAN,      /* a logit is NaN */
    PMY_ROW_INFINITE, /* a logit is +inf */
    PMY_ROW_MASKED    /* every logit is −inf */
} pmy_row_fault;

typedef struct pmy_softmax_row {
    size_t argmax; /* the first of the largest logits */
    pmy_real maximum;
    pmy_accum unit; /* what stands for 1 in e */
    pmy_accum rest;
    pmy_accum log1p_rest;
} pmy_softmax_row;

/* Finds the largest of z [classes], classes > 0, and fills in the row but for rest and log1p_rest, which are
 * 0; `unit` is 1. On a fault nothing is written. */
pmy_row_fault pmy_softmax_begin(size_t classes, const pmy_real *z, pmy_softmax_row *row);

/* Reads z [classes], classes > 0, and writes e [classes], which may be NULL if the row alone is wanted; T is
 * normal and above 0. −inf masks a class (e = 0). On a fault nothing is written. */
pmy_row_fault pmy_softmax_exponentials(size_t classes, const pmy_real *z, pmy_accum temperature, pmy_accum *e,
                                       pmy_softmax_row *row);

/* p and −log p of a logit of the row: 0 and +inf for a masked class. */
pmy_accum pmy_probability(const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature);
pmy_accum pmy_negative_log_probability(const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature);

/* log Σ exp(z_i/T) of the row. */
pmy_accum pmy_log_sum_exp(const pmy_softmax_row *row, pmy_accum temperature);

/* Whether x is so close to PMY_REAL_MAX, or so far above, that rounding may have put it on the wrong side.
 * Its side is then that of an exact sum: T times the excess over PMY_REAL_MAX, made of T times −log p of
 * logits and T times the limit. */
bool pmy_near_limit(pmy_accum x);
void pmy_add_loss(pmy_exact_sum *sum, const pmy_softmax_row *row, pmy_real logit, pmy_accum temperature);
void pmy_take_limit(pmy_exact_sum *sum, pmy_accum temperature);
pmy_accum pmy_keep_to_limit(pmy_accum x, const pmy_exact_sum *excess);

/* A pmy_real of any of these: infinite where the number is larger than PMY_REAL_MAX by however little. */
pmy_real pmy_narrow(pmy_accum x);

/* The fault in words, for a message. */
const char *pmy_row_fault_text(pmy_row_fault fault);

#endif
