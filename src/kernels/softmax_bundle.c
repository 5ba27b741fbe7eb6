#include "kernels/softmax_bundle.h"

#include "base/simd.h"
#include "kernels/softmax_math.h"

#include <limits.h>

/* Lanes that vector code computes anyway; the math library's functions are called one by one, for no
 * more lanes than there are rows. */
#if PMY_SCALAR == 32
#define LANES_FOR(rows) PMY_BUNDLE_ROWS
#else
#define LANES_FOR(rows) (rows)
#endif
#define FOR_LANES(l) _Pragma("GCC unroll 1") for (size_t l = 0; l < LANES_FOR(rows); l++)

/* A number for each row of a bundle. */
typedef struct bundle_lanes {
    pmy_real largest[PMY_BUNDLE_ROWS];
    unsigned nan[PMY_BUNDLE_ROWS], argmax[PMY_BUNDLE_ROWS];
    pmy_accum rest[PMY_BUNDLE_ROWS], log1p_rest[PMY_BUNDLE_ROWS];
} bundle_lanes;

/* z [classes, PMY_BUNDLE_ROWS] holds a row in each lane. */
PMY_CLONES
static void pmy_bundle_in_lanes(size_t rows, size_t classes, const pmy_real *restrict z,
                                pmy_accum temperature, bundle_lanes *restrict lanes, pmy_accum *restrict e)
{
    (void)rows; /* in float */
    bundle_lanes lane;
    FOR_LANES(l)
    {
        lane.largest[l] = z[l];
        lane.nan[l] = 0;
        lane.argmax[l] = UINT_MAX;
        lane.rest[l] = 0;
    }
    for (size_t i = 0; i < classes; i++)
        FOR_LANES(l)
        {
            pmy_real logit = z[i * PMY_BUNDLE_ROWS + l];
            lane.largest[l] = logit > lane.largest[l] ? logit : lane.largest[l];
            lane.nan[l] |= logit != logit ? 1u : 0;
        }
    for (size_t i = 0; i < classes; i++)
        FOR_LANES(l)
        {
            unsigned first = z[i * PMY_BUNDLE_ROWS + l] == lane.largest[l] ? (unsigned)i : UINT_MAX;
            lane.argmax[l] = first < lane.argmax[l] ? first : lane.argmax[l];
        }
    /* Halved, lest m − z be too large for a number. */
    pmy_accum twice_per_temperature = 2 / temperature;
    for (size_t i = 0; i < classes; i++)
        FOR_LANES(l)
        {
            pmy_accum logit = (pmy_accum)z[i * PMY_BUNDLE_ROWS + l], m = (pmy_accum)lane.largest[l];
            pmy_accum power = exponential((logit / 2 - m / 2) * twice_per_temperature);
            e[i * PMY_BUNDLE_ROWS + l] = power;
            lane.rest[l] += lane.argmax[l] == i ? 0 : power;
        }
    FOR_LANES(l)
    lane.log1p_rest[l] = log_of_1_and(lane.rest[l]);
    *lanes = lane;
}

bool pmy_softmax_bundle_rows(size_t rows, size_t classes, const pmy_real *z, pmy_accum temperature,
                             pmy_softmax_bundle *bundle)
{
    pmy_real turned[PMY_BUNDLE_CLASSES * PMY_BUNDLE_ROWS]; /* z [classes, PMY_BUNDLE_ROWS] */
    memset(turned, 0, classes * PMY_BUNDLE_ROWS * sizeof *turned);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < classes; i++)
            turned[i * PMY_BUNDLE_ROWS + r] = z[r * classes + i];
    bundle_lanes lane;
    pmy_bundle_in_lanes(rows, classes, turned, temperature, &lane, bundle->e);
    bundle->rows = rows;
    bundle->classes = classes;
    for (size_t r = 0; r < rows; r++) {
        if (lane.nan[r] || !pmy_is_finite(lane.largest[r]))
            return false;
        bundle->row[r] =
            (pmy_softmax_row){lane.argmax[r], lane.largest[r], 1, lane.rest[r], lane.log1p_rest[r]};
    }
    return true;
}

PMY_CLONES
static void pmy_bundle_products(size_t rows, size_t classes, const pmy_accum *restrict e,
                                const pmy_accum *restrict factor, pmy_real *restrict products)
{
    (void)rows; /* in float */
    for (size_t i = 0; i < classes; i++)
        FOR_LANES(l)
    products[i * PMY_BUNDLE_ROWS + l] = (pmy_real)(e[i * PMY_BUNDLE_ROWS + l] * factor[l]);
}

void pmy_softmax_bundle_gradient(const pmy_softmax_bundle *bundle, const pmy_accum *factor, pmy_real *dz)
{
    pmy_real turned[PMY_BUNDLE_CLASSES * PMY_BUNDLE_ROWS]; /* dz [classes, PMY_BUNDLE_ROWS] */
    size_t rows = bundle->rows, classes = bundle->classes;
    pmy_bundle_products(rows, classes, bundle->e, factor, turned);
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < classes; i++)
            dz[r * classes + i] = turned[i * PMY_BUNDLE_ROWS + r];
}
