#include "data/batch.h"

#include "base/simd.h"

#include <assert.h>

/* byte / 255, rounded as the division is but several times as fast. Since
 * 255 · 257 = 65535, b / 255 = (257 b + b / 255) / 65536. The first product is
 * exact, and the second's rounding error is 2⁻¹⁶ of the sum's: too little to
 * matter, as the digits of b / 255 repeat every eight bits and so keep away
 * from the middle between two scalars. The tests compare all 256. */
static inline pmy_real pmy_unit(uint8_t byte)
{
    const pmy_real high = (pmy_real)257 / 65536, low = (pmy_real)1 / 255 / 65536;
    pmy_real b = (pmy_real)byte;
    return b * high + b * low;
}

PMY_CLONES
static void pmy_normalize_bytes(const uint8_t *restrict image /* [features] */, size_t features,
                                pmy_real mean, pmy_real deviation, pmy_real *restrict x /* [features] */)
{
    for (size_t i = 0; i < features; i++)
        x[i] = (pmy_unit(image[i]) - mean) / deviation;
}

PMY_CLONES
static void pmy_normalize_augmented(const float *restrict image /* [features], 0 … 255 */, size_t features,
                                    pmy_real mean, pmy_real deviation, pmy_real *restrict x /* [features] */)
{
    for (size_t i = 0; i < features; i++)
        x[i] = ((pmy_real)image[i] / 255 - mean) / deviation;
}

PMY_CLONES
static void pmy_normalize_reals(const float *restrict reals /* [features] */, size_t features, pmy_real mean,
                                pmy_real deviation, pmy_real *restrict x /* [features] */)
{
    for (size_t i = 0; i < features; i++)
        x[i] = ((pmy_real)reals[i] - mean) / deviation;
}

/* Shuffled examples are far apart in memory, and waiting for each would take
 * longer than the rest. */
static void fetch_ahead(const pmy_dataset *dataset, uint32_t index, size_t features)
{
    enum { CACHE_LINE = 64 };
    size_t size = features * (dataset->images ? 1 : sizeof *dataset->reals);
    const char *examples = dataset->images ? (const char *)dataset->images : (const char *)dataset->reals;
    for (size_t i = 0; i < size; i += CACHE_LINE)
        PMY_PREFETCH(examples + index * size + i);
}

/* An example into x [features]. */
static void gather_example(const pmy_dataset *dataset, uint32_t index, size_t features, pmy_normalization n,
                           pmy_augmenter *augmenter, uint64_t seed, uint32_t epoch, pmy_real *x)
{
    if (dataset->images) {
        const uint8_t *image = dataset->images + index * features;
        if (augmenter)
            pmy_normalize_augmented(pmy_augment(augmenter, image, seed, epoch, index), features, n.mean,
                                    n.deviation, x);
        else
            pmy_normalize_bytes(image, features, n.mean, n.deviation, x);
        return;
    }
    const float *reals = dataset->reals + index * features;
    if (augmenter)
        reals = pmy_augment_reals(augmenter, reals, seed, epoch, index);
    pmy_normalize_reals(reals, features, n.mean, n.deviation, x);
}

void pmy_gather_augmented(const pmy_dataset *dataset, const uint32_t *indices /* [n] */, size_t begin,
                          size_t end, const pmy_normalization *normalization, pmy_augmenter *augmenter,
                          uint64_t seed, uint32_t epoch, pmy_real *x /* [n, features] */,
                          int32_t *labels /* [n] */)
{
    enum { ROWS_AHEAD = 2 };
    const pmy_normalization n = normalization ? *normalization : (pmy_normalization){0, 1};
    size_t features = pmy_dataset_features(dataset), fetched = begin;
    for (size_t row = begin; row < end; row++) {
        uint32_t index = indices[row];
        assert(index < dataset->count);
        for (; fetched < end && fetched <= row + ROWS_AHEAD; fetched++)
            fetch_ahead(dataset, indices[fetched], features);
        gather_example(dataset, index, features, n, augmenter, seed, epoch, x + row * features);
        if (labels)
            labels[row] = dataset->labels[index];
    }
}

void pmy_gather(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                const pmy_normalization *normalization, pmy_real *x, int32_t *labels)
{
    pmy_gather_augmented(dataset, indices, begin, end, normalization, NULL, 0, 0, x, labels);
}

void pmy_gather_targets(const pmy_dataset *dataset, const uint32_t *indices, size_t begin, size_t end,
                        pmy_real *y /* [n, target_width] */)
{
    size_t width = dataset->target_width;
    for (size_t row = begin; row < end; row++)
        for (size_t i = 0; i < width; i++)
            y[row * width + i] = (pmy_real)dataset->targets[indices[row] * width + i];
}
