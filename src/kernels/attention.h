/* Scaled dot-product attention of one head of one example, numbers in, numbers out.
 *
 * It goes by blocks of queries and blocks of keys, with a running maximum and sum for each query, so that no
 * more than a block of shares is ever there; backward makes them anew. Memory grows with the time, not with
 * its square. (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018; Dao and others,
 * "FlashAttention", 2022.) Blocks that a causal head does not see are left out. */
#ifndef PMY_KERNELS_ATTENTION_H
#define PMY_KERNELS_ATTENTION_H

#include "base/real.h"

#include <stddef.h>
#include <stdint.h>

typedef struct pmy_head {
    size_t queries, keys;  /* as many, where causal */
    size_t dim, width;     /* of a query and key, of a value and output */
    size_t next_q, next_v; /* from one position of q and k to the next, of v */
    size_t next_o;         /* of o */
    bool causal;           /* query i sees the keys 0 … i */
    const int32_t *mask;   /* [keys], 0: nobody sees the key; or NULL */
    const pmy_real *q;     /* [queries, dim] */
    const pmy_real *k;     /* [keys, dim] */
    const pmy_real *v;     /* [keys, width] */
    pmy_real *maximum;     /* [queries]: the largest score Σ q k; written by forward, read by backward */
    pmy_real *per_sum;     /* [queries]: 1 / Σ exp((score − maximum)/√dim), likewise */
} pmy_head;

/* o [queries, width], of the PMY_HEAD_BLOCK queries from `first` on, a multiple of that, or as many as there
 * are. Where a query sees no key, or the scores of the keys it sees are not finite, per_sum is not finite and
 * o of no meaning. Of the head, maximum and per_sum of these queries are written.
 *
 * Where speed matters, a block's size is by measurement; elsewhere, short samples have several blocks. */
enum { PMY_HEAD_BLOCK = PMY_SCALAR == 32 ? 64 : 16 };
void pmy_head_forward(const pmy_head *head, size_t first, pmy_real *o, pmy_real *scratch);

/* A gradient: overwritten or added to; NULL: not needed. */
typedef struct pmy_head_gradient {
    pmy_real *to;
    bool add;
} pmy_head_gradient;

/* dq [queries, dim], dk [keys, dim] and dv [keys, width], given o and d_o [queries, width]. */
void pmy_head_backward(const pmy_head *head, const pmy_real *o, const pmy_real *d_o, pmy_head_gradient dq,
                       pmy_head_gradient dk, pmy_head_gradient dv, pmy_real *scratch);

/* How many numbers forward and backward need as scratch; false: more than there can be. */
bool pmy_head_scratch(size_t keys, size_t dim, size_t width, size_t *forward, size_t *backward);

/* After a forward: what share of its attention each query gives to each key, shares [queries, keys]. */
void pmy_head_shares(const pmy_head *head, pmy_real *shares);

#endif
