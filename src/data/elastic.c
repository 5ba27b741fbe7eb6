#include "data/elastic.h"

#include "base/random.h"
#include "base/simd.h"

#include <math.h>
#include <stdbool.h>

enum { TAPS = 4, FILLED = 16 /* blocks at a time */ };

/* Where one row or column of pixels lies between the knots, and what each of the four about it counts there.
 */
typedef struct place {
    size_t first;
    float weight[TAPS];
} place;

struct pmy_elastic {
    double strength;
    size_t width, knots_down, knots_across, blocks;
    place *row;               /* [height] */
    int32_t *first;           /* [width] */
    float *weight[TAPS];      /* [width] each: those of the columns */
    uint32_t *words;          /* [4 blocks] */
    float *knot[2], *line[2]; /* down and across: [knots_down, knots_across]; [knots_across] */
};

/* The cubic B-spline's four weights at `pixel`. */
static place place_at(double pixel, double spacing)
{
    double cell = floor(pixel / spacing), t = pixel / spacing - cell, s = 1 - t;
    return (place){(size_t)cell,
                   {(float)(s * s * s / 6), (float)((3 * t * t * t - 6 * t * t + 4) / 6),
                    (float)((3 * s * s * s - 6 * s * s + 4) / 6), (float)(t * t * t / 6)}};
}

static size_t knots_for(size_t length, double spacing)
{
    return (size_t)floor((double)(length - 1) / spacing) + TAPS;
}

static bool take_memory(pmy_elastic *e, size_t height, pmy_arena *arena)
{
    size_t knots = e->knots_down * e->knots_across;
    e->blocks = (2 * knots + 4 * FILLED - 1) / (4 * FILLED) * FILLED;
    bool fine = (e->row = pmy_arena_take(arena, height, sizeof *e->row)) &&
                (e->first = pmy_arena_take(arena, e->width, sizeof *e->first)) &&
                (e->words = pmy_arena_take(arena, e->blocks, 4 * sizeof *e->words));
    for (size_t k = 0; fine && k < TAPS; k++)
        fine = (e->weight[k] = pmy_arena_take(arena, e->width, sizeof(float))) != NULL;
    for (size_t axis = 0; fine && axis < 2; axis++)
        fine = (e->knot[axis] = pmy_arena_take(arena, knots, sizeof(float))) &&
               (e->line[axis] = pmy_arena_take(arena, e->knots_across, sizeof(float)));
    return fine;
}

pmy_elastic *pmy_elastic_new(double strength, double smoothness, size_t height, size_t width,
                             pmy_arena *arena)
{
    pmy_elastic *e = pmy_arena_take(arena, 1, sizeof *e);
    double spacing = smoothness * sqrt(3);
    if (!e)
        return NULL;
    *e = (pmy_elastic){.strength = strength,
                       .width = width,
                       .knots_down = knots_for(height, spacing),
                       .knots_across = knots_for(width, spacing)};
    if (!take_memory(e, height, arena))
        return NULL;
    for (size_t i = 0; i < height; i++)
        e->row[i] = place_at((double)i, spacing);
    for (size_t j = 0; j < width; j++) {
        place column = place_at((double)j, spacing);
        e->first[j] = (int32_t)column.first;
        for (size_t k = 0; k < TAPS; k++)
            e->weight[k][j] = column.weight[k];
    }
    return e;
}

PMY_CLONES
static void pmy_elastic_knots(size_t n, const uint32_t *words, float unit, float *knots)
{
    for (size_t i = 0; i < n; i++)
        knots[i] = (float)(int32_t)words[i] * unit;
}

void pmy_elastic_draw(pmy_elastic *elastic, uint64_t seed, uint64_t stream, uint64_t position)
{
    size_t knots = elastic->knots_down * elastic->knots_across;
    pmy_philox_fill(seed, stream, position, elastic->blocks, elastic->words);
    /* A knot is uniform in ± √3, which has a variance of 1. Interpolation takes that to the mean of the sum
     * of the squared weights, 151/315 on each axis. */
    float unit = (float)(elastic->strength * sqrt(3) / (151.0 / 315) * 0x1p-31);
    for (size_t axis = 0; axis < 2; axis++)
        pmy_elastic_knots(knots, elastic->words + axis * knots, unit, elastic->knot[axis]);
}

/* displacement[j] = Σ_k weight[k][j] · line[first[j] + k] */
PMY_CLONES
static void pmy_elastic_between(const pmy_elastic *elastic, const float *restrict line,
                                float *restrict displacement)
{
    const float *w0 = elastic->weight[0], *w1 = elastic->weight[1], *w2 = elastic->weight[2],
                *w3 = elastic->weight[3];
    const int32_t *first = elastic->first;
    for (size_t j = 0; j < elastic->width; j++)
        displacement[j] = w0[j] * line[first[j]] + w1[j] * line[first[j] + 1] + w2[j] * line[first[j] + 2] +
                          w3[j] * line[first[j] + 3];
}

void pmy_elastic_row(pmy_elastic *elastic, size_t row, float *down, float *across)
{
    const place *at = &elastic->row[row];
    size_t n = elastic->knots_across;
    for (size_t axis = 0; axis < 2; axis++) {
        const float *knot = elastic->knot[axis] + at->first * n; /* [4, n] */
        float *line = elastic->line[axis];                       /* [n] */
        for (size_t j = 0; j < n; j++)
            line[j] = at->weight[0] * knot[j] + at->weight[1] * knot[n + j] +
                      at->weight[2] * knot[2 * n + j] + at->weight[3] * knot[3 * n + j];
        pmy_elastic_between(elastic, line, axis ? across : down);
    }
}
