/* The explicit path: dense Jacobians, as their formulas say, for proving and for showing what the
 * fused backward passes do without them. They share no code with any forward or backward
 * pass, and libpmy has none.
 *
 * J[i, j] = ∂y_i/∂x_j, row-major [n, n]. A loss's gradient goes back through it as
 * ∂L/∂x = Jᵀ ∂L/∂y. */
#ifndef PMY_GRADCHECK_JACOBIAN_H
#define PMY_GRADCHECK_JACOBIAN_H

#include "base/real.h"

#include <stddef.h>

/* p_i = exp(z_i/T) / Σ_j exp(z_j/T), with the largest logit taken off first. */
void pmy_explicit_softmax(size_t n, const pmy_real *z /* [n] */, pmy_real temperature, pmy_real *p /* [n] */);

/* (diag(p) − p pᵀ)/T, from p. The diagonal p_i (1 − p_i) is p_i times the sum of the others, which keeps its
 * digits where p_i is close to 1. */
void pmy_softmax_jacobian(size_t n, const pmy_real *p /* [n] */, pmy_real temperature,
                          pmy_real *jacobian /* [n, n] */);

/* δ_ij − p_j, from p; 1 − p_i is again the sum of the others. */
void pmy_log_softmax_jacobian(size_t n, const pmy_real *p /* [n] */, pmy_real *jacobian /* [n, n] */);

/* diag(s (1 − s)) with s = 1/(1 + exp(−x)), from x; 1 − s is 1/(1 + exp(x)). */
void pmy_sigmoid_jacobian(size_t n, const pmy_real *x /* [n] */, pmy_real *jacobian /* [n, n] */);

/* ∂L/∂p of the cross-entropy L = −Σ y log p: −y/p, and 0 where y is 0. */
void pmy_cross_entropy_slope(size_t n, const pmy_real *y /* [n] */, const pmy_real *p /* [n] */,
                             pmy_real *slope /* [n] */);

/* result = Jᵀ slope. */
void pmy_jacobian_apply(size_t n, const pmy_real *jacobian /* [n, n] */, const pmy_real *slope /* [n] */,
                        pmy_real *result /* [n] */);

#endif
