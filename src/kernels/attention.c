/* Block after block of scores. With a block's
 *
 *   S = K Qᵀ,   P = exp((S − m)/√dim)/Σ,   dP = V dOᵀ,   dS = P ∘ (dP − δ)/√dim,   δ_i = dO_i · O_i
 *
 * the sums over blocks are
 *
 *   O += Pᵀ V,   dV += P dO,   dQ += dSᵀ K,   dK += dS Q
 *
 * where forward takes exp((S − m)/√dim) for P, m being the largest so far, and divides at the end. */
#include "kernels/attention.h"

#include "kernels/attention_block.h"
#include "kernels/attention_query.h"
#include "kernels/turn.h"
#include "base/shape.h"

#include <string.h>

enum { BLOCK = PMY_HEAD_BLOCK };

static pmy_head_block block_at(const pmy_head *h, size_t query, size_t key)
{
    return (pmy_head_block){query, pmy_at_most(h->queries - query, BLOCK), key,
                            pmy_at_most(h->keys - key, BLOCK), h->causal && key == query};
}

/* The keys that any query of a block from `query` on sees. */
static size_t keys_seen(const pmy_head *h, size_t query)
{
    return h->causal ? pmy_at_most(query + BLOCK, h->keys) : h->keys;
}

/* --- Panels: rows where they suit lanes ------------------------------------ */

/* Rows of `columns` numbers, to rows of whole lanes with zeros behind. */
PMY_CLONES
static void pmy_head_copy(size_t rows, size_t columns, const pmy_real *from, size_t next, pmy_real *panel)
{
    size_t whole = pmy_lanes_round(columns);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            panel[i * whole + j] = from[i * next + j];
        for (size_t j = columns; j < whole; j++)
            panel[i * whole + j] = 0;
    }
}

/* The same rows, back to where they lie. */
PMY_CLONES
static void pmy_head_put(size_t rows, size_t columns, const pmy_real *panel, pmy_real *to, size_t next,
                         bool accumulate)
{
    size_t whole = pmy_lanes_round(columns);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            pmy_put(&to[i * next + j], panel[i * whole + j], accumulate);
}

/* Up to BLOCK rows of whole lanes to columns: turned [columns, BLOCK], with zeros behind the rows for a whole
 * strip. */
PMY_LANE_CLONES
static void pmy_head_turn(size_t rows, size_t columns, const pmy_real *from, size_t next, pmy_real *turned)
{
    for (size_t i = 0; i < pmy_head_strips(rows); i += PMY_LANES)
        for (size_t j = 0; j < columns; j += PMY_LANES) {
            pmy_lanes square[PMY_LANES];
            for (size_t l = 0; l < PMY_LANES; l++)
                if (i + l < rows)
                    square[l] = PMY_LANES_AT(from + (i + l) * next + j);
                else
                    square[l] = (pmy_lanes){0};
            PMY_TURN(square);
            for (size_t l = 0; l < PMY_LANES; l++)
                PMY_LANES_AT(turned + (j + l) * BLOCK + i) = square[l];
        }
}

/* The same of rows as they lie, which are copied to a panel first where they are no whole lanes. */
static void turn_rows(size_t rows, size_t columns, const pmy_real *from, size_t next, pmy_real *panel,
                      pmy_real *turned)
{
    size_t whole = pmy_lanes_round(columns);
    if (whole > columns)
        pmy_head_copy(rows, columns, from, next, panel);
    pmy_head_turn(rows, whole, whole > columns ? panel : from, whole > columns ? whole : next, turned);
}

/* --- Forward ------------------------------------------------------------------ */

/* sum [queries, columns]: a row times its factor. */
PMY_CLONES
static void pmy_head_scale_rows(size_t rows, size_t columns, const pmy_real *factor, pmy_real *sum)
{
    for (size_t i = 0; i < rows; i++) {
        pmy_real by = factor[i];
        for (size_t j = 0; j < columns; j++)
            sum[i * columns + j] *= by;
    }
}

static void forward_block(const pmy_head *h, size_t query, pmy_real *o, pmy_real *scratch)
{
    size_t queries = pmy_at_most(h->queries - query, BLOCK);
    size_t dim = pmy_lanes_round(h->dim), width = pmy_lanes_round(h->width);
    pmy_real *s = scratch;              /* [BLOCK, BLOCK] */
    pmy_real *q = s + BLOCK * BLOCK;    /* [BLOCK, dim] */
    pmy_real *turned = q + BLOCK * dim; /* Qᵀ [dim, BLOCK] */
    pmy_real *v = turned + BLOCK * dim; /* [BLOCK, width] */
    pmy_real *sum = v + BLOCK * width;  /* [BLOCK, width] */
    pmy_head_running r = {.sum = {0}};
    turn_rows(queries, h->dim, h->q + query * h->next_q, h->next_q, q, turned);
    for (size_t key = 0; key < keys_seen(h, query); key += BLOCK) {
        pmy_head_block b = block_at(h, query, key);
        pmy_head_by_key(&b, h->k + key * h->next_q, h->next_q, h->dim, turned, s);
        pmy_head_hide(h, &b, s);
        pmy_head_exponentials(&b, h->dim, s, &r);
        if (key > 0)
            pmy_head_scale_rows(queries, width, r.factor, sum);
        pmy_head_copy(b.keys, h->width, h->v + key * h->next_v, h->next_v, v);
        pmy_head_sum_over_keys(&b, s, v, width, key > 0, sum);
    }
    for (size_t i = 0; i < queries; i++) {
        h->maximum[query + i] = r.maximum[i];
        h->per_sum[query + i] = r.factor[i] = (pmy_real)(1 / r.sum[i]);
    }
    pmy_head_scale_rows(queries, width, r.factor, sum);
    pmy_head_put(queries, h->width, sum, o + query * h->next_o, h->next_o, false);
}

void pmy_head_forward(const pmy_head *h, size_t query, pmy_real *o, pmy_real *scratch)
{
    if (h->queries == 1)
        pmy_head_forward_query(h, o, scratch);
    else
        forward_block(h, query, o, scratch);
}

/* --- Backward ------------------------------------------------------------------ */

typedef struct workspace {
    size_t dim, width;          /* in whole lanes */
    pmy_real *s, *ds;           /* P and dS [BLOCK, BLOCK] */
    pmy_real *q_turned, *q;     /* [dim, BLOCK] and [BLOCK, dim] */
    pmy_real *d_o_turned, *d_o; /* [width, BLOCK] and [BLOCK, width] */
    pmy_real *o_turned, *o;     /* the same */
    pmy_real *dq;               /* [BLOCK, dim] */
    pmy_real *k, *dk;           /* [keys, dim] */
    pmy_real *dv;               /* [keys, width] */
} workspace;

static workspace cut(const pmy_head *h, pmy_real *scratch)
{
    workspace w = {.dim = pmy_lanes_round(h->dim), .width = pmy_lanes_round(h->width)};
    w.s = scratch;
    w.ds = w.s + BLOCK * BLOCK;
    w.q_turned = w.ds + BLOCK * BLOCK;
    w.q = w.q_turned + BLOCK * w.dim;
    w.dq = w.q + BLOCK * w.dim;
    w.d_o_turned = w.dq + BLOCK * w.dim;
    w.d_o = w.d_o_turned + BLOCK * w.width;
    w.o_turned = w.d_o + BLOCK * w.width;
    w.o = w.o_turned + BLOCK * w.width;
    w.k = w.o + BLOCK * w.width;
    w.dk = w.k + h->keys * w.dim;
    w.dv = w.dk + h->keys * w.dim;
    return w;
}

bool pmy_head_scratch(size_t keys, size_t dim, size_t width, size_t *forward, size_t *backward)
{
    /* Far below what a size_t holds, but for what grows with the keys: dim and width are those of tensors. */
    size_t of_keys;
    dim = pmy_lanes_round(dim);
    width = pmy_lanes_round(width);
    *forward = BLOCK * BLOCK + 2 * BLOCK * dim + 2 * BLOCK * width + pmy_head_strips(keys);
    *backward = 2 * BLOCK * BLOCK + 3 * BLOCK * dim + 4 * BLOCK * width;
    return pmy_size_multiply(keys, 2 * dim + width, &of_keys) && pmy_size_add(*backward, of_keys, backward);
}

/* What backward reads and writes beside the head. */
typedef struct gradients {
    const pmy_real *o, *d_o; /* [queries, width] */
    pmy_head_gradient dq, dk, dv;
} gradients;

/* Queries from `query` on: their dQ, and their part of dK and dV. */
static void backward_queries(const pmy_head *h, const gradients *g, const workspace *w, size_t query)
{
    size_t queries = pmy_at_most(h->queries - query, BLOCK);
    const pmy_real *q = h->q + query * h->next_q;     /* [queries, dim] */
    const pmy_real *d_o = g->d_o + query * h->next_o; /* [queries, width] */
    pmy_real maximum[BLOCK] = {0}, per_sum[BLOCK] = {0}, delta[BLOCK] = {0};
    memcpy(maximum, h->maximum + query, queries * sizeof *maximum);
    memcpy(per_sum, h->per_sum + query, queries * sizeof *per_sum);
    pmy_head_copy(queries, h->dim, q, h->next_q, w->q);
    pmy_head_turn(queries, w->dim, w->q, w->dim, w->q_turned);
    pmy_head_copy(queries, h->width, d_o, h->next_o, w->d_o);
    pmy_head_turn(queries, w->width, w->d_o, w->width, w->d_o_turned);
    turn_rows(queries, h->width, g->o + query * h->next_o, h->next_o, w->o, w->o_turned);
    pmy_head_delta(queries, h->width, w->d_o_turned, w->o_turned, delta);
    for (size_t key = 0; key < keys_seen(h, query); key += BLOCK) {
        pmy_head_block b = block_at(h, query, key);
        /* Queries before these that see the block. */
        bool begun = h->causal ? !b.diagonal : query > 0;
        pmy_head_by_key(&b, h->k + key * h->next_q, h->next_q, h->dim, w->q_turned, w->s);
        pmy_head_hide(h, &b, w->s);
        pmy_head_shares_of(&b, h->dim, maximum, per_sum, w->s);
        if (g->dv.to)
            pmy_head_sum_over_queries(&b, w->s, w->d_o, w->width, begun, w->dv + key * w->width);
        if (!g->dq.to && !g->dk.to)
            continue;
        pmy_head_by_key(&b, h->v + key * h->next_v, h->next_v, h->width, w->d_o_turned, w->ds);
        pmy_head_scores_gradient(&b, h->dim, w->s, delta, w->ds);
        if (g->dq.to)
            pmy_head_sum_over_keys(&b, w->ds, w->k + key * w->dim, w->dim, key > 0, w->dq);
        if (g->dk.to)
            pmy_head_sum_over_queries(&b, w->ds, w->q, w->dim, begun, w->dk + key * w->dim);
    }
    if (g->dq.to)
        pmy_head_put(queries, h->dim, w->dq, g->dq.to + query * h->next_q, h->next_q, g->dq.add);
}

void pmy_head_backward(const pmy_head *h, const pmy_real *o, const pmy_real *d_o, pmy_head_gradient dq,
                       pmy_head_gradient dk, pmy_head_gradient dv, pmy_real *scratch)
{
    workspace w = cut(h, scratch);
    gradients g = {o, d_o, dq, dk, dv};
    if (dq.to)
        pmy_head_copy(h->keys, h->dim, h->k, h->next_q, w.k);
    for (size_t query = 0; query < h->queries; query += BLOCK)
        backward_queries(h, &g, &w, query);
    if (dk.to)
        pmy_head_put(h->keys, h->dim, w.dk, dk.to, h->next_q, dk.add);
    if (dv.to)
        pmy_head_put(h->keys, h->width, w.dv, dv.to, h->next_v, dv.add);
}

/* --- Shares, to be looked at ----------------------------------------------------- */

void pmy_head_shares(const pmy_head *h, pmy_real *shares)
{
    for (size_t i = 0; i < h->queries; i++)
        for (size_t j = 0; j < h->keys; j++) {
            const pmy_real *q = h->q + i * h->next_q, *k = h->k + j * h->next_q; /* [dim] */
            pmy_accum score = 0;
            for (size_t d = 0; d < h->dim; d++)
                score += (pmy_accum)q[d] * (pmy_accum)k[d];
            bool seen = !(h->causal && j > i) && !(h->mask && h->mask[j] == 0);
            shares[i * h->keys + j] =
                seen ? pmy_head_exponential(h->dim, (pmy_real)score, h->maximum[i]) * h->per_sum[i] : 0;
        }
}
