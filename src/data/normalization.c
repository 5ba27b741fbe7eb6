#include "data/normalization.h"

#include "base/parts.h"
#include "base/simd.h"

pmy_status pmy_normalization_check(pmy_normalization *normalization, pmy_error *error)
{
    if (normalization->mean == 0 && normalization->deviation == 0)
        normalization->deviation = 1;
    if (pmy_is_finite(normalization->mean) && pmy_is_finite(normalization->deviation) &&
        normalization->deviation > 0)
        return PMY_OK;
    return pmy_fail(error, PMY_BAD_ARGUMENT,
                    "pixels cannot be normalized by a mean of %g and a deviation of %g",
                    (double)normalization->mean, (double)normalization->deviation);
}

/* So many columns are measured at a time: a line of a table's memory is then read once for all of them. */
enum { BLOCK = 32 };

static void measure_block(const pmy_dataset *dataset, size_t begin, size_t end,
                          pmy_normalization *column /* [features] */)
{
    double mean[BLOCK] = {0}, squares[BLOCK] = {0};
    size_t features = pmy_dataset_features(dataset), count = dataset->count;
    for (size_t row = 0; row < count; row++)
        for (size_t i = begin; i < end; i++) {
            double off = (double)pmy_dataset_value(dataset, row * features + i) - mean[i - begin];
            mean[i - begin] += off / (double)(row + 1);
        }
    for (size_t row = 0; row < count; row++)
        for (size_t i = begin; i < end; i++) {
            double off = (double)pmy_dataset_value(dataset, row * features + i) - mean[i - begin];
            squares[i - begin] += off * off;
        }
    for (size_t i = begin; i < end; i++) {
        column[i].mean = (pmy_real)mean[i - begin];
        column[i].deviation = (pmy_real)sqrt(squares[i - begin] / (double)count);
        if (!(column[i].deviation > 0))
            column[i].deviation = 1;
    }
}

void pmy_normalization_measure(const pmy_dataset *dataset, pmy_normalization *column /* [features] */)
{
    size_t features = pmy_dataset_features(dataset);
    for (size_t begin = 0; begin < features; begin += BLOCK)
        measure_block(dataset, begin, pmy_at_most(features, begin + BLOCK), column);
}

PMY_CLONES
void pmy_normalize_columns(const pmy_normalization *restrict column /* [width] */, size_t rows, size_t width,
                           pmy_real *restrict x /* [rows, width] */)
{
    for (size_t row = 0; row < rows; row++, x += width)
        for (size_t i = 0; i < width; i++)
            x[i] = (x[i] - column[i].mean) / column[i].deviation;
}

void pmy_restore_columns(const pmy_normalization *column /* [width] */, size_t rows, size_t width,
                         pmy_real *x /* [rows, width] */)
{
    for (size_t row = 0; row < rows; row++, x += width)
        for (size_t i = 0; i < width; i++)
            x[i] = x[i] * column[i].deviation + column[i].mean;
}
