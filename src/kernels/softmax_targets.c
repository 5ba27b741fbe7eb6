#include "kernels/softmax_targets.h"

#include "base/parts.h"
#include "base/simd.h"

/* Targets are taken by the chunk, so that all kinds run through the same loops. */
enum { CHUNK = 256, LANES = 8 };

static size_t targets_of_chunk(size_t classes, const pmy_targets *targets, size_t begin, pmy_accum y[CHUNK])
{
    size_t n = pmy_at_most(classes - begin, CHUNK);
    const pmy_real *given = targets->given;
    for (size_t i = 0; i < n; i++)
        y[i] = given ? targets->everywhere + targets->own * (pmy_accum)given[begin + i] : targets->everywhere;
    if (!given && targets->label - begin < n)
        y[targets->label - begin] += targets->own;
    for (size_t i = 0; targets->weights && i < n; i++)
        y[i] *= (pmy_accum)targets->weights[begin + i];
    return n;
}

typedef struct lane_sums {
    pmy_accum total[LANES], distance[LANES];
    unsigned masked[LANES];
} lane_sums;

PMY_CLONES
static void pmy_add_targets(size_t n, const pmy_real *z, const pmy_accum *y, pmy_real maximum,
                            lane_sums *sums)
{
    lane_sums s = *sums;
    pmy_accum half = (pmy_accum)maximum / 2;
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES && i + l < n; l++) {
            pmy_accum target = y[i + l];
            bool counts = target != 0;
            s.total[l] += target;
            s.distance[l] += counts ? target * (half - (pmy_accum)z[i + l] / 2) : 0;
            s.masked[l] |= counts & (z[i + l] < -PMY_REAL_MAX);
        }
    *sums = s;
}

PMY_CLONES
static bool pmy_are_targets(size_t n, const pmy_real *given)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < n; i++)
        wrong |= !((given[i] >= 0) & (given[i] <= PMY_REAL_MAX));
    return !wrong;
}

pmy_target_sums pmy_softmax_target_sums(size_t classes, const pmy_real *z, const pmy_softmax_row *row,
                                        const pmy_targets *targets)
{
    pmy_accum y[CHUNK];
    lane_sums lane = {0};
    for (size_t i = 0, n; i < classes; i += n) {
        n = targets_of_chunk(classes, targets, i, y);
        pmy_add_targets(n, z + i, y, row->maximum, &lane);
    }
    for (size_t l = 1; l < LANES; l++) {
        lane.total[0] += lane.total[l];
        lane.distance[0] += lane.distance[l];
        lane.masked[0] |= lane.masked[l];
    }
    bool wrong = targets->given && !pmy_are_targets(classes, targets->given);
    return (pmy_target_sums){lane.total[0], lane.distance[0], wrong || lane.masked[0]};
}

PMY_CLONES
static void pmy_targets_gradient_of_chunk(size_t n, const pmy_real *e, const pmy_accum *y,
                                          pmy_accum per_total, pmy_accum weight, pmy_real *dz)
{
    for (size_t i = 0; i < n; i++)
        dz[i] = (pmy_real)(((pmy_accum)e[i] * per_total - y[i]) * weight);
}

void pmy_softmax_targets_gradient(size_t classes, const pmy_real *e, const pmy_softmax_row *row,
                                  const pmy_targets *targets, pmy_accum total, pmy_accum weight, pmy_real *dz)
{
    pmy_accum y[CHUNK], per_total = total / (1 + row->rest) / row->unit;
    for (size_t i = 0, n; i < classes; i += n) {
        n = targets_of_chunk(classes, targets, i, y);
        pmy_targets_gradient_of_chunk(n, e + i, y, per_total, weight, dz + i);
    }
}
