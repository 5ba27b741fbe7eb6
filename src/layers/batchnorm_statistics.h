/* What a batchnorm (batchnorm.c has the formulas) computes of the batch as a whole, by tiles of channels: in
 * forward each channel's mean and variance, the batch's or the running ones, and what z is made with; in
 * backward the sums of dz, and what dx is made with. Each row's part of it comes before, by rows. */
#ifndef PMY_LAYERS_BATCHNORM_STATISTICS_H
#define PMY_LAYERS_BATCHNORM_STATISTICS_H

#include "tensor/op.h"

/* The inputs of a batchnorm. */
enum { X, WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VAR, BATCHES, INPUTS };

/* How many channels a tile combines. */
enum { PMY_BATCHNORM_TILE = 64 };

typedef struct pmy_batchnorm_size {
    size_t rows, channels, positions;
} pmy_batchnorm_size;

static inline pmy_batchnorm_size pmy_batchnorm_size_of(const pmy_node *node)
{
    size_t rows = pmy_rows(node), channels = node->shape.dim[1];
    return (pmy_batchnorm_size){rows, channels, pmy_row_size(node) / channels};
}

/* What forward leaves for backward: pmy_node.saved. */
typedef struct pmy_batchnorm_statistics {
    /* [batch, 2, channels]: of each row, in forward m_r and squares_r, in backward Σ dz and Σ dz (x − m) */
    pmy_accum *of_row;
    pmy_accum *mean, *squares, *reciprocal; /* [channels]: m, N v, r */
    pmy_accum *dbias, *dweight;             /* [channels] */
    /* [channels]: forward computes (x − rounded_mean) scale + shift, backward scale (dz − offset −
     * (x − rounded_mean) slope) */
    pmy_real *rounded_mean, *scale, *shift, *offset, *slope;
} pmy_batchnorm_statistics;

bool pmy_batchnorm_statistics_take(pmy_node *node);

/* Whether m and v are the batch's own, not the running ones. */
static inline bool pmy_batchnorm_uses_batch(const pmy_node *node)
{
    return !pmy_evaluates(node->graph);
}

size_t pmy_batchnorm_tiles(const pmy_node *node);
pmy_piece pmy_batchnorm_channels(const pmy_node *node, pmy_piece tile);

/* After the rows' moments: m, v, r and what z is made with. */
void pmy_batchnorm_combine_moments(const pmy_node *node, pmy_piece piece);

/* After the rows' sums: db, dw and what dx is made with. */
void pmy_batchnorm_combine_sums(const pmy_node *node, pmy_piece piece);

/* z of the channels from `channel` on; and of all of them, of the running statistics (pmy_op.affine). */
pmy_channel_affine pmy_batchnorm_affine_from(const pmy_batchnorm_statistics *saved, size_t channel);
pmy_channel_affine pmy_batchnorm_running_affine(const pmy_node *node);

/* Moves the running statistics towards the batch's (pmy_op.move_statistics). */
void pmy_batchnorm_move_statistics(pmy_node *node);

#endif
