#include "kernels/attention_block.h"

#include "kernels/lane_product.h"
#include "kernels/softmax_math.h"

/* Queries, and keys, of a block; and how many of them a causal head's block on the diagonal takes at a time.
 * Both by measurement. */
enum { BLOCK = PMY_HEAD_BLOCK, STRIP = PMY_HEAD_STRIP };

/* Keys whose exponentials are added up before they go to a pmy_accum. */
enum { GROUP = 8 };

/* The first query of a block that is computed for a key of it: the beginning of a strip. */
static inline size_t first_query(const pmy_head_block *b, size_t key)
{
    return b->diagonal ? key / STRIP * STRIP : 0;
}

/* --- Products of a block ---------------------------------------------------- */

void pmy_head_by_key(const pmy_head_block *b, const pmy_real *rows, size_t next, size_t depth,
                     const pmy_real *turned, pmy_real *s)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t j = 0; j < b->keys; j += high) {
        size_t first = first_query(b, j);
        pmy_lane_multiply(&(pmy_lane_product){.rows = pmy_at_most(b->keys - j, high),
                                              .columns = pmy_head_strips(b->queries) - first,
                                              .segments = 1,
                                              .depth = depth,
                                              .a = {rows + j * next, .row = next, .step = 1},
                                              .b = {turned + first, .row = BLOCK},
                                              .c = {s + j * BLOCK + first, BLOCK}});
    }
}

void pmy_head_sum_over_keys(const pmy_head_block *b, const pmy_real *s, const pmy_real *panel, size_t columns,
                            bool accumulate, pmy_real *sum)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t i = 0; i < b->queries; i += high)
        pmy_lane_multiply(
            &(pmy_lane_product){.rows = pmy_at_most(b->queries - i, high),
                                .columns = columns,
                                .segments = 1,
                                .depth = b->diagonal ? pmy_at_most(i + STRIP, b->keys) : b->keys,
                                .a = {s + i, .row = 1, .step = BLOCK},
                                .b = {panel, .row = columns},
                                .c = {sum + i * columns, columns},
                                .accumulate = accumulate});
}

void pmy_head_sum_over_queries(const pmy_head_block *b, const pmy_real *s, const pmy_real *panel,
                               size_t columns, bool accumulate, pmy_real *sum)
{
    size_t high = b->diagonal ? STRIP : BLOCK;
    for (size_t j = 0; j < b->keys; j += high) {
        size_t first = first_query(b, j);
        pmy_lane_multiply(&(pmy_lane_product){.rows = pmy_at_most(b->keys - j, high),
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

/* NaN for a NaN. What the difference loses by rounding is kept. */
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

pmy_real pmy_head_exponential(size_t dim, pmy_real score, pmy_real maximum)
{
    root_scale scale = scale_of(dim);
    return share_of(&scale, score, maximum);
}

void pmy_head_hide(const pmy_head *h, const pmy_head_block *b, pmy_real *s /* [keys, BLOCK] */)
{
    for (size_t j = 0; b->diagonal && j < b->keys; j++)
        for (size_t i = first_query(b, j); i < j; i++)
            s[j * BLOCK + i] = HIDDEN;
    for (size_t j = 0; h->mask && j < b->keys; j++)
        for (size_t i = 0; h->mask[b->key + j] == 0 && i < BLOCK; i++)
            s[j * BLOCK + i] = HIDDEN;
}

PMY_CLONES
void pmy_head_exponentials(const pmy_head_block *b, size_t dim, pmy_real *restrict s,
                           pmy_head_running *restrict r)
{
    const root_scale root = scale_of(dim);
    size_t queries = pmy_head_strips(b->queries);
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

PMY_CLONES
void pmy_head_row_exponentials(const pmy_head *h, size_t keys, pmy_real *restrict s, pmy_accum *sum)
{
    const root_scale root = scale_of(h->dim);
    size_t end = pmy_head_strips(keys);
    pmy_real largest[STRIP], maximum = HIDDEN;
    pmy_accum part[STRIP] = {0};
    for (size_t j = 0; j < end; j++)
        if (j >= keys || (h->mask && h->mask[j] == 0))
            s[j] = HIDDEN;
    for (size_t l = 0; l < STRIP; l++)
        largest[l] = HIDDEN;
    for (size_t j = 0; j < end; j += STRIP)
        for (size_t l = 0; l < STRIP; l++)
            largest[l] = s[j + l] > largest[l] ? s[j + l] : largest[l];
    for (size_t l = 0; l < STRIP; l++)
        maximum = largest[l] > maximum ? largest[l] : maximum;
    maximum = *h->maximum = maximum > HIDDEN ? maximum : 0;
    for (size_t j = 0; j < end; j += STRIP)
        for (size_t l = 0; l < STRIP; l++) {
            pmy_real e = share_of(&root, s[j + l], maximum);
            s[j + l] = e;
            part[l] += (pmy_accum)e;
        }
    *sum = 0;
    for (size_t l = 0; l < STRIP; l++)
        *sum += part[l];
}

PMY_CLONES
void pmy_head_shares_of(const pmy_head_block *b, size_t dim, const pmy_real *restrict maximum,
                        const pmy_real *restrict per_sum, pmy_real *restrict s)
{
    const root_scale root = scale_of(dim);
    size_t queries = pmy_head_strips(b->queries);
    for (size_t j = 0; j < b->keys; j++)
        for (size_t i = first_query(b, j); i < queries; i++)
            s[j * BLOCK + i] = share_of(&root, s[j * BLOCK + i], maximum[i]) * per_sum[i];
}

PMY_CLONES
void pmy_head_delta(size_t queries, size_t width, const pmy_real *restrict d_o, const pmy_real *restrict o,
                    pmy_real *restrict delta)
{
    for (size_t w = 0; w < width; w++)
        for (size_t i = 0; i < pmy_head_strips(queries); i++)
            delta[i] += d_o[w * BLOCK + i] * o[w * BLOCK + i];
}

PMY_CLONES
void pmy_head_scores_gradient(const pmy_head_block *b, size_t dim, const pmy_real *restrict p,
                              const pmy_real *restrict delta /* [BLOCK] */, pmy_real *restrict ds)
{
    pmy_real per_root = scale_of(dim).per_root;
    size_t queries = pmy_head_strips(b->queries);
    for (size_t j = 0; j < b->keys; j++)
        for (size_t i = first_query(b, j); i < queries; i++)
            ds[j * BLOCK + i] = p[j * BLOCK + i] * (ds[j * BLOCK + i] - delta[i]) * per_root;
}
