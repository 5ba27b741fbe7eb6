#include "layers/batchnorm_statistics.h"

#include "base/simd.h"
#include "kernels/channels.h"

static const double momentum = 0.1;

bool pmy_batchnorm_statistics_take(pmy_node *node)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    pmy_batchnorm_statistics *saved = node->saved = pmy_take(node, 1, sizeof *saved);
    if (!saved)
        return false;
    pmy_accum **wide[] = {&saved->mean, &saved->squares, &saved->reciprocal, &saved->dbias, &saved->dweight};
    pmy_real **real[] = {&saved->rounded_mean, &saved->scale, &saved->shift, &saved->offset, &saved->slope};
    bool fine = (saved->of_row = pmy_take(node, n.rows * 2 * n.channels, sizeof(pmy_accum))) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        fine &= (*wide[i] = pmy_take(node, n.channels, sizeof(pmy_accum))) != NULL;
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        fine &= (*real[i] = pmy_take(node, n.channels, sizeof(pmy_real))) != NULL;
    return fine;
}

/* --- Tiles ---------------------------------------------------------------- */

size_t pmy_batchnorm_tiles(const pmy_node *node)
{
    return pmy_parts(node->shape.dim[1], PMY_BATCHNORM_TILE);
}

pmy_piece pmy_batchnorm_channels(const pmy_node *node, pmy_piece piece)
{
    return pmy_tiled(piece, PMY_BATCHNORM_TILE, node->shape.dim[1]);
}

/* sums[c] = Σ_r of_row[r, which, c] */
PMY_CLONES
static void pmy_batchnorm_sum_rows(pmy_batchnorm_size n, const pmy_accum *of_row, size_t which, pmy_piece t,
                                   pmy_accum *sums)
{
    for (size_t c = t.begin; c < t.end; c++)
        sums[c] = 0;
    for (size_t r = 0; r < n.rows; r++)
        for (size_t c = t.begin; c < t.end; c++)
            sums[c] += of_row[(2 * r + which) * n.channels + c];
}

/* squares[c] += positions Σ_r (m_r − mean)² */
PMY_CLONES
static void pmy_batchnorm_add_between(pmy_batchnorm_size n, const pmy_accum *of_row, pmy_piece t,
                                      const pmy_accum *mean, pmy_accum *squares)
{
    for (size_t r = 0; r < n.rows; r++)
        for (size_t c = t.begin; c < t.end; c++) {
            pmy_accum distance = of_row[2 * r * n.channels + c] - mean[c];
            squares[c] += (pmy_accum)n.positions * (distance * distance);
        }
}

/* --- Forward -------------------------------------------------------------- */

/* The row where it began to be not finite, or 0. */
static size_t row_to_blame(pmy_batchnorm_size n, const pmy_batchnorm_statistics *saved, size_t channel)
{
    for (size_t r = 0; r < n.rows; r++) {
        const pmy_accum *of_row = saved->of_row + 2 * r * n.channels; /* [2, channels] */
        if (!pmy_is_finite((pmy_real)of_row[channel]) ||
            !pmy_is_finite((pmy_real)of_row[n.channels + channel]))
            return r;
    }
    return 0;
}

static void take_batch_moments(const pmy_node *node, pmy_piece t)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    if (n.rows * n.positions == 1) {
        pmy_report(node, 0, "training needs more than 1 value per channel");
        return;
    }
    pmy_batchnorm_sum_rows(n, saved->of_row, 0, t, saved->mean);
    pmy_batchnorm_sum_rows(n, saved->of_row, 1, t, saved->squares);
    for (size_t c = t.begin; c < t.end; c++)
        saved->mean[c] /= (pmy_accum)n.rows;
    pmy_batchnorm_add_between(n, saved->of_row, t, saved->mean, saved->squares);
    for (size_t c = t.begin; c < t.end; c++)
        if (!pmy_is_finite((pmy_real)saved->squares[c])) {
            pmy_report(node, row_to_blame(n, saved, c), "the variance of channel %zu is not finite", c);
            return;
        }
}

/* What z is computed with. */
static void set_affine(const pmy_node *node, pmy_piece t, bool of_batch)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    for (size_t c = t.begin; c < t.end; c++) {
        pmy_accum variance = saved->squares[c] / (pmy_accum)(n.rows * n.positions);
        if (!of_batch) {
            saved->mean[c] = (pmy_accum)node->input[RUNNING_MEAN]->value[c];
            variance = (pmy_accum)node->input[RUNNING_VAR]->value[c];
        }
        pmy_accum mean = saved->mean[c];
        saved->reciprocal[c] = pmy_reciprocal_deviation(variance);
        pmy_accum scale = saved->reciprocal[c] * (pmy_accum)node->input[WEIGHT]->value[c];
        saved->rounded_mean[c] = (pmy_real)mean;
        saved->scale[c] = (pmy_real)scale;
        saved->shift[c] = (pmy_real)((pmy_accum)node->input[BIAS]->value[c] -
                                     (mean - (pmy_accum)saved->rounded_mean[c]) * scale);
    }
}

void pmy_batchnorm_combine_moments(const pmy_node *node, pmy_piece piece)
{
    pmy_piece t = pmy_batchnorm_channels(node, piece);
    if (pmy_batchnorm_uses_batch(node))
        take_batch_moments(node, t);
    set_affine(node, t, pmy_batchnorm_uses_batch(node));
}

pmy_channel_affine pmy_batchnorm_affine_from(const pmy_batchnorm_statistics *saved, size_t channel)
{
    return (pmy_channel_affine){saved->rounded_mean + channel, saved->scale + channel,
                                saved->shift + channel};
}

pmy_channel_affine pmy_batchnorm_running_affine(const pmy_node *node)
{
    set_affine(node, (pmy_piece){.end = node->shape.dim[1]}, false);
    return pmy_batchnorm_affine_from(node->saved, 0);
}

/* After a PMY_TRAIN forward: not before it is known that no data was bad. */
void pmy_batchnorm_move_statistics(pmy_node *node)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    pmy_real *mean = node->input[RUNNING_MEAN]->value;    /* [channels] */
    pmy_real *variance = node->input[RUNNING_VAR]->value; /* [channels] */
    pmy_accum share = (pmy_accum)momentum, others = (pmy_accum)(n.rows * n.positions - 1);
    for (size_t c = 0; c < n.channels; c++) {
        mean[c] = (pmy_real)((1 - share) * (pmy_accum)mean[c] + share * saved->mean[c]);
        variance[c] = (pmy_real)((1 - share) * (pmy_accum)variance[c] + share * (saved->squares[c] / others));
    }
    node->input[BATCHES]->counts[0]++;
}

/* --- Backward ------------------------------------------------------------- */

void pmy_batchnorm_combine_sums(const pmy_node *node, pmy_piece piece)
{
    pmy_batchnorm_size n = pmy_batchnorm_size_of(node);
    const pmy_batchnorm_statistics *saved = node->saved;
    pmy_piece t = pmy_batchnorm_channels(node, piece);
    pmy_accum count = (pmy_accum)(n.rows * n.positions);
    pmy_batchnorm_sum_rows(n, saved->of_row, 0, t, saved->dbias);
    pmy_batchnorm_sum_rows(n, saved->of_row, 1, t, saved->dweight);
    for (size_t c = t.begin; c < t.end; c++) {
        pmy_accum lost = saved->mean[c] - (pmy_accum)saved->rounded_mean[c];
        pmy_accum products = saved->dweight[c] - lost * saved->dbias[c], reciprocal = saved->reciprocal[c];
        pmy_accum slope = reciprocal * reciprocal * products / count;
        pmy_accum offset = saved->dbias[c] / count;
        if (!pmy_batchnorm_uses_batch(node)) /* which m and v do not depend on */
            slope = offset = 0;
        saved->dweight[c] = reciprocal * products;
        saved->slope[c] = (pmy_real)slope;
        saved->offset[c] = (pmy_real)(offset - lost * slope);
    }
}
