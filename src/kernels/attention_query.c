/* A block of one query would be nearly empty: here lanes are dimensions for a score, and then keys. */
#include "kernels/attention_query.h"

#include "kernels/attention_block.h"
#include "kernels/lane_product.h"
#include "kernels/turn.h"

/* The scores of PMY_LANES keys from j on, or of the last one again behind the others. */
PMY_INLINED void score_keys(const pmy_head *h, size_t keys, size_t j, pmy_real *s)
{
    size_t whole = h->dim / PMY_LANES * PMY_LANES;
    pmy_lanes square[PMY_LANES]; /* of a key each */
    pmy_real rest[PMY_LANES] = {0};
    for (size_t l = 0; l < PMY_LANES; l++) {
        const pmy_real *k = h->k + pmy_at_most(j + l, keys - 1) * h->next_q; /* [dim] */
        square[l] = (pmy_lanes){0};
        for (size_t d = 0; d < whole; d += PMY_LANES)
            square[l] += PMY_LANES_AT(h->q + d) * PMY_LANES_AT(k + d);
        for (size_t d = whole; d < h->dim; d++)
            rest[l] += h->q[d] * k[d];
    }
    PMY_TURN(square);
    for (size_t step = PMY_LANES / 2; step > 0; step /= 2)
        for (size_t l = 0; l < step; l++)
            square[l] += square[l + step];
    PMY_LANES_AT(s) = square[0] + PMY_LANES_AT(rest);
}

PMY_LANE_CLONES
static void pmy_query_scores(const pmy_head *h, size_t keys, pmy_real *s)
{
    for (size_t j = 0; j < keys; j += PMY_LANES)
        score_keys(h, keys, j, s + j);
}

/* None is seen after the so many first. */
static size_t keys_seen(const pmy_head *h)
{
    size_t keys = h->keys;
    while (h->mask && keys > 0 && h->mask[keys - 1] == 0)
        keys--;
    return keys;
}

void pmy_head_forward_query(const pmy_head *h, pmy_real *o, pmy_real *s /* [keys in strips] */)
{
    size_t keys = keys_seen(h);
    pmy_accum sum;
    pmy_query_scores(h, keys, s);
    pmy_head_row_exponentials(h, keys, s, &sum);
    *h->per_sum = (pmy_real)(1 / sum);
    if (h->width < PMY_LANES)
        pmy_gemm(PMY_PLAIN, PMY_PLAIN, 1, h->width, keys, s, h->keys, h->v, h->next_v, false, o, h->width);
    else
        pmy_lane_gemm(PMY_PLAIN, 1, h->width, keys, s, keys, h->v, h->next_v, o, h->width);
    for (size_t w = 0; w < h->width; w++)
        o[w] *= *h->per_sum;
}
