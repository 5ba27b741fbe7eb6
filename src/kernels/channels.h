/* Passes over the channels of one example, [channels, positions], as a normalisation makes
 * them: each while the example is in a core's cache. Sums are taken in lanes and then in
 * pmy_accum, in an order that depends on the sizes alone. */
#ifndef PMY_KERNELS_CHANNELS_H
#define PMY_KERNELS_CHANNELS_H

#include "kernels/channel_affine.h"

#include <stddef.h>

/* mean[c] = Σ x / positions and squares[c] = Σ (x − mean)² of each channel. In two passes with the
 * correction of Chan, Golub and LeVeque (1983), so that channels far from zero lose nothing. */
void pmy_channel_moments(size_t channels, size_t positions, const pmy_real *x /* [channels, positions] */,
                         pmy_accum *mean /* [channels] */, pmy_accum *squares /* [channels] */);

/* 1/√(variance + ε), ε = 1e-5: what normalises. */
pmy_accum pmy_reciprocal_deviation(pmy_accum variance);

/* y = (x − mean) scale + shift; x and y may be the same. */
void pmy_channel_normalise(size_t channels, size_t positions, const pmy_real *x /* [channels, positions] */,
                           pmy_channel_affine of, pmy_real *y /* [channels, positions] */);

/* dz = dy where y of the above is positive, else 0: relu's, in one pass. */
void pmy_channel_gate(size_t channels, size_t positions, const pmy_real *x /* [channels, positions] */,
                      pmy_channel_affine of, const pmy_real *dy /* [channels, positions] */,
                      pmy_real *dz /* [channels, positions] */);

/* sums[c] += Σ dz and products[c] += Σ dz (x − mean). */
void pmy_channel_sums(size_t channels, size_t positions, const pmy_real *x /* [channels, positions] */,
                      const pmy_real *mean /* [channels] */, const pmy_real *dz /* [channels, positions] */,
                      pmy_accum *sums /* [channels] */, pmy_accum *products /* [channels] */);

/* What pmy_channel_gradient takes of each channel, [channels] each. */
typedef struct pmy_channel_slopes {
    const pmy_real *mean, *scale;
    const pmy_real *offset, *slope;
} pmy_channel_slopes;

/* dx (+)= scale (dz − offset − (x − mean) slope) */
void pmy_channel_gradient(size_t channels, size_t positions, const pmy_real *x /* [channels, positions] */,
                          const pmy_real *dz /* [channels, positions] */, pmy_channel_slopes of,
                          pmy_real *dx /* [channels, positions] */, bool accumulate);

#endif
