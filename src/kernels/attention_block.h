/* What attention does with one block of scores, of some queries by some keys of a head.
 *
 * Scores lie in rows of keys, S [keys, PMY_HEAD_BLOCK], so that a lane is a query: its maximum and sum are
 * found without crossing lanes, and every product is a lane product of S, or of its rows turned. Behind the
 * last query there may be anything up to whole lanes. */
#ifndef PMY_KERNELS_ATTENTION_BLOCK_H
#define PMY_KERNELS_ATTENTION_BLOCK_H

#include "kernels/attention.h"
#include "base/lanes.h"

enum { PMY_HEAD_STRIP = 2 * PMY_LANES };

typedef struct pmy_head_block {
    size_t query, queries, key, keys; /* the first, and how many */
    bool diagonal;                    /* of a causal head: key j is seen from query j on */
} pmy_head_block;

static inline size_t pmy_head_strips(size_t n)
{
    return pmy_round_up(n, PMY_HEAD_STRIP);
}

/* s [keys, PMY_HEAD_BLOCK] = rows [keys, depth] · turned [depth, PMY_HEAD_BLOCK] */
void pmy_head_by_key(const pmy_head_block *block, const pmy_real *rows, size_t next, size_t depth,
                     const pmy_real *turned, pmy_real *s);

/* sum [queries, columns] (+)= sᵀ [queries, keys] · panel [keys, columns], in whole lanes */
void pmy_head_sum_over_keys(const pmy_head_block *block, const pmy_real *s, const pmy_real *panel,
                            size_t columns, bool accumulate, pmy_real *sum);

/* sum [keys, columns] (+)= s [keys, queries] · panel [queries, columns], in whole lanes */
void pmy_head_sum_over_queries(const pmy_head_block *block, const pmy_real *s, const pmy_real *panel,
                               size_t columns, bool accumulate, pmy_real *sum);

/* Gives what the head's queries do not see a score whose share is 0. */
void pmy_head_hide(const pmy_head *head, const pmy_head_block *block, pmy_real *s);

/* Of the queries of a block, so far. */
typedef struct pmy_head_running {
    pmy_real maximum[PMY_HEAD_BLOCK]; /* 0 where no key was seen */
    pmy_real factor[PMY_HEAD_BLOCK];  /* what the last block's maximum makes of sums before it */
    pmy_accum sum[PMY_HEAD_BLOCK];    /* of the exponentials */
} pmy_head_running;

/* s to exponentials. A NaN or an infinity makes a sum of NaN. */
void pmy_head_exponentials(const pmy_head_block *block, size_t dim, pmy_real *s, pmy_head_running *r);

/* The same of a head with one query: s [keys in strips], of which it hides what the head does, to
 * exponentials, and their sum; writes the head's maximum. */
void pmy_head_row_exponentials(const pmy_head *head, size_t keys, pmy_real *s, pmy_accum *sum);

/* s to shares, of known maximum and per_sum [PMY_HEAD_BLOCK]. */
void pmy_head_shares_of(const pmy_head_block *block, size_t dim, const pmy_real *maximum,
                        const pmy_real *per_sum, pmy_real *s);

/* exp((score − maximum)/√dim) */
pmy_real pmy_head_exponential(size_t dim, pmy_real score, pmy_real maximum);

/* δ [PMY_HEAD_BLOCK], from 0s: Σ_w dO_iw O_iw of dOᵀ and Oᵀ [width, PMY_HEAD_BLOCK]; one number after the
 * other, as dP's sums are made, so that for a query that sees a single key the two are the same. */
void pmy_head_delta(size_t queries, size_t width, const pmy_real *d_o, const pmy_real *o, pmy_real *delta);

/* ds [keys, PMY_HEAD_BLOCK] holds dP, and dS afterwards: p ∘ (dP − δ)/√dim. */
void pmy_head_scores_gradient(const pmy_head_block *block, size_t dim, const pmy_real *p,
                              const pmy_real *delta, pmy_real *ds);

#endif
