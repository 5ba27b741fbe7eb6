/* The dense Jacobians of scaled dot-product attention, O = softmax(Q Kᵀ/√dim) V, for one head. */
#ifndef PMY_GRADCHECK_JACOBIAN_ATTENTION_H
#define PMY_GRADCHECK_JACOBIAN_ATTENTION_H

#include "base/real.h"

#include <stddef.h>

typedef struct pmy_attention_head {
    size_t queries, keys, dim, width;
    bool causal;       /* query i sees keys 0 … i alone */
    const pmy_real *q; /* [queries, dim] */
    const pmy_real *k; /* [keys, dim] */
    const pmy_real *v; /* [keys, width] */
} pmy_attention_head;

/* P = softmax(Q Kᵀ/√dim), [queries, keys], by the definition; the Jacobians below read it. */
void pmy_jacobian_attention_shares(const pmy_attention_head *head, pmy_real *p);

/* Element [i, w] of O by element [i', d] of Q; by [j, d] of K; by [j, w'] of V:
 *
 *   ∂O_iw/∂Q_i'd = δ_ii' Σ_j Σ_m V_jw ∂P_ij/∂S_im K_md
 *   ∂O_iw/∂K_jd  = Σ_m V_mw ∂P_im/∂S_ij Q_id
 *   ∂O_iw/∂V_jw' = δ_ww' P_ij
 *
 * where S are the scores and ∂P_ij/∂S_im = P_ij (δ_jm − P_im)/√dim. */
void pmy_jacobian_attention_q(const pmy_attention_head *head, const pmy_real *p,
                              pmy_real *jacobian /* [queries · width, queries · dim] */);
void pmy_jacobian_attention_k(const pmy_attention_head *head, const pmy_real *p,
                              pmy_real *jacobian /* [queries · width, keys · dim] */);
void pmy_jacobian_attention_v(const pmy_attention_head *head, const pmy_real *p,
                              pmy_real *jacobian /* [queries · width, keys · width] */);

#endif
