/* Scores lie in rows of keys, S [keys, queries], so that a lane is a query: its maximum and sum are found
 * without crossing lanes, and every product is a lane product of S, or of its rows turned. With a block's
 *
 *   S = K Qᵀ,   P = exp((S − m)/√dim)/Σ,   dP = V dOᵀ,   dS = P ∘ (dP − δ)/√dim,   δ_i = dO_i · O_i
 *
 * the sums over blocks are
 *
 *   O += Pᵀ V,   dV += P dO,   dQ += dSᵀ K,   dK += dS Q
 *
 * where forward takes exp((S − m)/√dim) for P, m being the largest so far, and divides at the end. */
#include "kernels/attention.h"

#include "kernels/lane_product.h"
#include "kernels/softmax_math.h"
#include "kernels/turn.h"
#include "base/shape.h"

/* Queries, and keys, of a block; and how many of them a causal head's block on the diagonal takes at a time.
 * Both by measurement. */
enum { BLOCK = PMY_HEAD_BLOCK, STRIP = 2 * PMY_LANES };

/* Keys whose exponentials are added up before they go to a pmy_accum. */
enum { GROUP = 8 };

typedef struct block {
    size_t query, queries, key, keys; /* the first, and how many */
    bool diagonal;                    /* of a causal head: key j is seen from query j on */
} block;

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

static size_t strip_round(size_t n)
{
    return (n + STRIP - 1) / STRIP * STRIP;
}

static block block_at(const pmy_head *h, size_t query, size_t key)
{
    return (block){query, at_most(h->queries - query, BLOCK), key, at_most(h->keys - key, BLOCK),
                   h->causal && key == query};
}

/* The first query of a block that is computed for a key of it: the beginning of a strip. */
static inline size_t first_query(const block *b, size_t key)
{
    return b->diagonal ? key / STRIP * STRIP : 0;
}

/* The keys that any query of a block from `query` on sees. */
static size_t keys_seen(const pmy_head *h, size_t query)
{
    return h->causal ? at_most(query + BLOCK, h->keys) : h->keys;
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

/* Up to BLOCK rows of a panel to columns: turned [columns, BLOCK], with zeros behind the rows for a whole
 * strip. */
PMY_LANE_CLONES
static void pmy_head_turn(size_t rows, size_t columns, const pmy_real *panel, pmy_real *turned)
{
    for (size_t i = 0; i < strip_round(rows); i += PMY_LANES)
        for (size_t j = 0; j < columns; j += PMY_LANES) {
            pmy_lanes square[PMY_LANES];
            for (size_t l = 0; l < PMY_LANES; l++)
                if (i + l < rows)
                    square[l] = PMY_LANES_AT(panel + (i + l) * columns + j);
                else
                    square[l] = (pmy_lanes){0};
            PMY_TURN(square);
            for (size_t l = 0; l < PMY_LANES; l++)
                PMY_LANES_AT(turned + (j + l) * BLOCK + i) = square[l];
        }
}

/* --- Products of a block ---------------------------------------------------- */

/* s [keys, BLOCK] = rows [keys, depth] · turned [depth, BLOCK] */
static void by_key(const block *b, const pmy_real *rows, size_t next, size_t depth, const pmy_real *turned,
                   pmy_real *s)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t j = 0; j < b->keys; j += high) {
        size_t first = first_query(b, j);
        pmy_lane_multiply(&(pmy_lane_product){.rows = at_most(b->keys - j, high),
                                              .columns = strip_round(b->queries) - first,
                                              .segments = 1,
                                              .depth = depth,
                                              .a = {rows + j * next, .row = next, .step = 1},
                                              .b = {turned + first, .row = BLOCK},
                                              .c = {s + j * BLOCK + first, BLOCK}});
    }
}

/* sum [queries, columns] (+)= sᵀ [queries, keys] · panel [keys, columns] */
static void sum_over_keys(const block *b, const pmy_real *s, const pmy_real *panel, size_t columns,
                          bool accumulate, pmy_real *sum)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t i = 0; i < b->queries; i += high)
        pmy_lane_multiply(&(pmy_lane_product){.rows = at_most(b->queries - i, high),
                                              .columns = columns,
                                              .segments = 1,
                                              .depth = b->diagonal ? at_most(i + STRIP, b->keys) : b->keys,
                                              .a = {s + i, .row = 1, .step = BLOCK},
                                              .b = {panel, .row = columns},
                                              .c = {sum + i * columns, columns},
                                              .accumulate = accumulate});
}

/* sum [keys, columns] (+)= s [keys, queries] · panel [queries, columns] */
static void sum_over_queries(const block *b, const pmy_real *s, const pmy_real *panel, size_t columns,
                             bool accumulate, pmy_real *sum)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t j = 0; j < b->keys; j += high) {
        size_t first = first_query(b, j);
        pmy_lane_multiply(&(pmy_lane_product){.rows = at_most(b->keys - j, high),
                                              .columns = columns,
                                              .segments = 1,
                                              .depth = b->queries - first,
                                              .a = {s + j * BLOCK + first, .row = BLOCK, .step = 1},
                                              .b = {panel + first * columns, .row = columns},
                                              .c = {sum + j * columns, columns},
                                              .accumulate = accumulate});
    }
}

/* --- Shares ------------------------------------------------------------------ */

/* The score of a key that is not seen: its exponential is 0, and no difference from it infinite. */
static const pmy_real HIDDEN = -PMY_REAL_MAX / 4;

#if PMY_SCALAR == 32
/* For exp(x/√dim), with x/√dim = k ln 2 + r as in softmax_lanes.c: step + step_tail is √dim ln 2. */
typedef struct root_scale {
    float floor; /* exp of less counts as 0: it would be below the normal floats */
    float per_step, step, step_tail, per_root;
} root_scale;

static root_scale scale_of(size_t dim)
{
    double root = sqrt((double)dim), step = root * LN2;
    root_scale s = {.floor = (float)(-125 * step),
                    .per_step = (float)(1 / step),
                    .step = first_bits((float)step),
                    .per_root = (float)(1 / root)};
    s.step_tail = (float)(step - (double)s.step);
    return s;
}

/* exp((score − maximum)/√dim), NaN for a NaN. What the difference loses by rounding is kept. */
PMY_INLINED float share_of(const root_scale *s, float score, float maximum)
{
    float height = score - maximum, taken = height - score;
    float lost = (score - (height - taken)) - (maximum + taken);
    float kept = height < s->floor ? s->floor : height;
    float rounded = kept * s->per_step + ROUNDER;
    float k = rounded - ROUNDER;
    float left = (kept - k * s->step) + (lost - k * s->step_tail);
    float power = exp_near_zero(left * s->per_root), two_to_k;
    uint32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    bits = height < s->floor ? 0 : (bits + 127) << 23;
    memcpy(&two_to_k, &bits, sizeof bits);
    return power * two_to_k;
}
#else
typedef struct root_scale {
    pmy_real root, per_root;
} root_scale;

static root_scale scale_of(size_t dim)
{
    pmy_real root = pmy_real_sqrt((pmy_real)dim);
    return (root_scale){root, 1 / root};
}

PMY_INLINED pmy_real share_of(const root_scale *s, pmy_real score, pmy_real maximum)
{
    return pmy_real_exp((score - maximum) / s->root);
}
#endif

static void hide(const pmy_head *h, const block *b, pmy_real *s /* [keys, BLOCK] */)
{
    for (size_t j = 0; b->diagonal && j < b->keys; j++)
        for (size_t i = first_query(b, j); i < j; i++)
            s[j * BLOCK + i] = HIDDEN;
    for (size_t j = 0; h->mask && j < b->keys; j++)
        for (size_t i = 0; h->mask[b->key + j] == 0 && i < BLOCK; i++)
            s[j * BLOCK + i] = HIDDEN;
}

/* Of the queries of a block, so far. */
typedef struct running {
    pmy_real maximum[BLOCK]; /* 0 where no key was seen */
    pmy_real factor[BLOCK];  /* what the last block's maximum makes of sums before it */
    pmy_accum sum[BLOCK];    /* of the exponentials */
} running;

/* s [keys, BLOCK] to exponentials. A NaN or an infinity makes a sum of NaN. */
PMY_CLONES
static void pmy_head_exponentials(const block *b, const root_scale *scale, pmy_real *restrict s,
                                  running *restrict r)
{
    const root_scale root = *scale;
    size_t queries = strip_round(b->queries);
    pmy_real before[BLOCK], part[BLOCK] = {0};
    for (size_t i = 0; i < queries; i++)
        r->maximum[i] = before[i] = r->sum[i] == 0 ? HIDDEN : r->maximum[i];
    for (size_t j = 0; j < b->keys; j++)
        for (size_t i = first_query(b, j); i < queries; i++) {
            pmy_real score = s[j * BLOCK + i];
            r->maximum[i] = score > r->maximum[i] ? score : r->maximum[i];
        }
    for (size_t i = 0; i < queries; i++) {
        r->maximum[i] = r->maximum[i] > HIDDEN ? r->maximum[i] : 0;
        r->factor[i] = share_of(&root, before[i], r->maximum[i]);
        r->sum[i] *= (pmy_accum)r->factor[i];
    }
    for (size_t j = 0; j < b->keys; j++) {
        for (size_t i = first_query(b, j); i < queries; i++) {
            pmy_real e = share_of(&root, s[j * BLOCK + i], r->maximum[i]);
            s[j * BLOCK + i] = e;
            part[i] += e;
        }
        if (j % GROUP == GROUP - 1 || j + 1 == b->keys)
            for (size_t i = 0; i < queries; i++) {
                r->sum[i] += (pmy_accum)part[i];
                part[i] = 0;
            }
    }
}

/* s [keys, BLOCK] to shares, of known maximum and per_sum [BLOCK]. */
PMY_CLONES
static void pmy_head_shares_of(const block *b, const root_scale *scale, const pmy_real *restrict maximum,
                               const pmy_real *restrict per_sum, pmy_real *restrict s)
{
    const root_scale root = *scale;
    size_t queries = strip_round(b->queries);
    for (size_t j = 0; j < b->keys; j++)
        for (size_t i = first_query(b, j); i < queries; i++)
            s[j * BLOCK + i] = share_of(&root, s[j * BLOCK + i], maximum[i]) * per_sum[i];
}

/* ds [keys, BLOCK] holds dP, and dS afterwards. */
PMY_CLONES
static void pmy_head_scores_gradient(const block *b, pmy_real per_root, const pmy_real *restrict p,
                                     const pmy_real *restrict delta /* [BLOCK] */, pmy_real *restrict ds)
{
    size_t queries = strip_round(b->queries);
    for (size_t j = 0; j < b->keys; j++)
        for (size_t i = first_query(b, j); i < queries; i++)
            ds[j * BLOCK + i] = p[j * BLOCK + i] * (ds[j * BLOCK + i] - delta[i]) * per_root;
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

void pmy_head_forward(const pmy_head *h, size_t query, pmy_real *o, pmy_real *scratch)
{
    size_t queries = at_most(h->queries - query, BLOCK);
    size_t dim = pmy_lanes_round(h->dim), width = pmy_lanes_round(h->width);
    pmy_real *s = scratch;              /* [BLOCK, BLOCK] */
    pmy_real *q = s + BLOCK * BLOCK;    /* [BLOCK, dim] */
    pmy_real *turned = q + BLOCK * dim; /* Qᵀ [dim, BLOCK] */
    pmy_real *v = turned + BLOCK * dim; /* [BLOCK, width] */
    pmy_real *sum = v + BLOCK * width;  /* [BLOCK, width] */
    root_scale scale = scale_of(h->dim);
    running r = {.sum = {0}};
    pmy_head_copy(queries, h->dim, h->q + query * h->next_q, h->next_q, q);
    pmy_head_turn(queries, dim, q, turned);
    for (size_t key = 0; key < keys_seen(h, query); key += BLOCK) {
        block b = block_at(h, query, key);
        by_key(&b, h->k + key * h->next_q, h->next_q, h->dim, turned, s);
        hide(h, &b, s);
        pmy_head_exponentials(&b, &scale, s, &r);
        if (key > 0)
            pmy_head_scale_rows(queries, width, r.factor, sum);
        pmy_head_copy(b.keys, h->width, h->v + key * h->next_v, h->next_v, v);
        sum_over_keys(&b, s, v, width, key > 0, sum);
    }
    for (size_t i = 0; i < queries; i++) {
        h->maximum[query + i] = r.maximum[i];
        h->per_sum[query + i] = r.factor[i] = (pmy_real)(1 / r.sum[i]);
    }
    pmy_head_scale_rows(queries, width, r.factor, sum);
    pmy_head_put(queries, h->width, sum, o + query * h->next_v, h->next_v, false);
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
    *forward = BLOCK * BLOCK + 2 * BLOCK * dim + 2 * BLOCK * width;
    *backward = 2 * BLOCK * BLOCK + 3 * BLOCK * dim + 4 * BLOCK * width;
    return pmy_size_multiply(keys, 2 * dim + width, &of_keys) && pmy_size_add(*backward, of_keys, backward);
}

/* δ [queries] += Σ_w dO_iw O_iw of dOᵀ and Oᵀ [width, BLOCK]: one number after the other, as dP's sums are
 * made, so that for a query that sees a single key the two are the same. */
PMY_CLONES
static void pmy_head_delta(size_t queries, size_t width, const pmy_real *restrict d_o,
                           const pmy_real *restrict o, pmy_real *restrict delta)
{
    for (size_t w = 0; w < width; w++)
        for (size_t i = 0; i < strip_round(queries); i++)
            delta[i] += d_o[w * BLOCK + i] * o[w * BLOCK + i];
}

/* What backward reads and writes beside the head. */
typedef struct gradients {
    const pmy_real *o, *d_o; /* [queries, width] */
    pmy_head_gradient dq, dk, dv;
} gradients;

/* Queries from `query` on: their dQ, and their part of dK and dV. */
static void backward_queries(const pmy_head *h, const gradients *g, const workspace *w, size_t query)
{
    size_t queries = at_most(h->queries - query, BLOCK);
    const pmy_real *q = h->q + query * h->next_q;     /* [queries, dim] */
    const pmy_real *d_o = g->d_o + query * h->next_v; /* [queries, width] */
    pmy_real maximum[BLOCK] = {0}, per_sum[BLOCK] = {0}, delta[BLOCK] = {0};
    root_scale scale = scale_of(h->dim);
    memcpy(maximum, h->maximum + query, queries * sizeof *maximum);
    memcpy(per_sum, h->per_sum + query, queries * sizeof *per_sum);
    pmy_head_copy(queries, h->dim, q, h->next_q, w->q);
    pmy_head_turn(queries, w->dim, w->q, w->q_turned);
    pmy_head_copy(queries, h->width, d_o, h->next_v, w->d_o);
    pmy_head_turn(queries, w->width, w->d_o, w->d_o_turned);
    pmy_head_copy(queries, h->width, g->o + query * h->next_v, h->next_v, w->o);
    pmy_head_turn(queries, w->width, w->o, w->o_turned);
    pmy_head_delta(queries, h->width, w->d_o_turned, w->o_turned, delta);
    for (size_t key = 0; key < keys_seen(h, query); key += BLOCK) {
        block b = block_at(h, query, key);
        /* Queries before these that see the block. */
        bool begun = h->causal ? !b.diagonal : query > 0;
        by_key(&b, h->k + key * h->next_q, h->next_q, h->dim, w->q_turned, w->s);
        hide(h, &b, w->s);
        pmy_head_shares_of(&b, &scale, maximum, per_sum, w->s);
        if (g->dv.to)
            sum_over_queries(&b, w->s, w->d_o, w->width, begun, w->dv + key * w->width);
        if (!g->dq.to && !g->dk.to)
            continue;
        by_key(&b, h->v + key * h->next_v, h->next_v, h->width, w->d_o_turned, w->ds);
        pmy_head_scores_gradient(&b, scale.per_root, w->s, delta, w->ds);
        if (g->dq.to)
            sum_over_keys(&b, w->ds, w->k + key * w->dim, w->dim, key > 0, w->dq);
        if (g->dk.to)
            sum_over_queries(&b, w->ds, w->q, w->dim, begun, w->dk + key * w->dim);
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
    root_scale scale = scale_of(h->dim);
    for (size_t i = 0; i < h->queries; i++)
        for (size_t j = 0; j < h->keys; j++) {
            const pmy_real *q = h->q + i * h->next_q, *k = h->k + j * h->next_q; /* [dim] */
            pmy_accum score = 0;
            for (size_t d = 0; d < h->dim; d++)
                score += (pmy_accum)q[d] * (pmy_accum)k[d];
            bool seen = !(h->causal && j > i) && !(h->mask && h->mask[j] == 0);
            shares[i * h->keys + j] =
                seen ? share_of(&scale, (pmy_real)score, h->maximum[i]) * h->per_sum[i] : 0;
        }
}
