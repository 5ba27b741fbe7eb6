#include "kernels/channels.h"

#include "base/lanes.h"

/* Sums go in this many chains side by side, so that an addition need not wait for the one before. */
enum { CHAINS = 4, STRIDE = CHAINS * PMY_LANES };

PMY_INLINED pmy_accum sum_of_chains(const pmy_lanes *chain /* [CHAINS] */)
{
    pmy_lanes all = (chain[0] + chain[1]) + (chain[2] + chain[3]);
    return (pmy_accum)pmy_lanes_sum(&all);
}

/* The lanes that the numbers from i on are read into, of n >= PMY_LANES: where they would reach after the
 * end, the last ones, of which those before i do not count. */
PMY_INLINED size_t lanes_from(size_t i, size_t n, pmy_lanes *counts)
{
    size_t at = i + PMY_LANES <= n ? i : n - PMY_LANES;
    pmy_lanes_ones_after(counts, i - at);
    return at;
}

PMY_INLINED pmy_accum sum(size_t n, const pmy_real *x)
{
    pmy_lanes chain[CHAINS] = {0}, value, counts;
    size_t i = 0;
    for (; i + STRIDE <= n; i += STRIDE)
        for (size_t c = 0; c < CHAINS; c++) {
            pmy_lanes_read(&value, x + i + c * PMY_LANES);
            chain[c] += value;
        }
    for (; i < n; i += PMY_LANES) {
        pmy_lanes_read(&value, x + lanes_from(i, n, &counts));
        chain[0] += value * counts;
    }
    return sum_of_chains(chain);
}

/* One channel: its mean to about the last digit of a pmy_real, then how far off that is. */
PMY_INLINED void moments(size_t n, const pmy_real *x, pmy_accum *mean, pmy_accum *squares)
{
    pmy_real middle = (pmy_real)(sum(n, x) / (pmy_accum)n);
    pmy_lanes off[CHAINS] = {0}, square[CHAINS] = {0}, distance, counts;
    size_t i = 0;
    for (; i + STRIDE <= n; i += STRIDE)
        for (size_t c = 0; c < CHAINS; c++) {
            pmy_lanes_read(&distance, x + i + c * PMY_LANES);
            distance -= middle;
            off[c] += distance;
            square[c] += distance * distance;
        }
    for (; i < n; i += PMY_LANES) {
        pmy_lanes_read(&distance, x + lanes_from(i, n, &counts));
        distance = (distance - middle) * counts;
        off[0] += distance;
        square[0] += distance * distance;
    }
    pmy_accum rest = sum_of_chains(off);
    *mean = (pmy_accum)middle + rest / (pmy_accum)n;
    *squares = sum_of_chains(square) - rest * rest / (pmy_accum)n;
}

/* The same of fewer numbers than lanes. */
PMY_INLINED void moments_of_few(size_t n, const pmy_real *x, pmy_accum *mean, pmy_accum *squares)
{
    pmy_accum total = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        total += (pmy_accum)x[i];
    *mean = total / (pmy_accum)n;
    for (size_t i = 0; i < n; i++)
        square += ((pmy_accum)x[i] - *mean) * ((pmy_accum)x[i] - *mean);
    *squares = square;
}

PMY_CLONES
void pmy_channel_moments(size_t channels, size_t positions, const pmy_real *x, pmy_accum *mean,
                         pmy_accum *squares)
{
    for (size_t c = 0; c < channels; c++)
        if (positions < PMY_LANES)
            moments_of_few(positions, x + c * positions, &mean[c], &squares[c]);
        else
            moments(positions, x + c * positions, &mean[c], &squares[c]);
}

pmy_accum pmy_reciprocal_deviation(pmy_accum variance)
{
    const double epsilon = 1e-5;
    return 1 / PMY_ACCUM_MATH(sqrt)(variance + (pmy_accum)epsilon);
}

PMY_CLONES
void pmy_channel_normalise(size_t channels, size_t positions, const pmy_real *x, pmy_channel_affine of,
                           pmy_real *y)
{
    if (positions == 1) {
        for (size_t c = 0; c < channels; c++)
            y[c] = (x[c] - of.mean[c]) * of.scale[c] + of.shift[c];
        return;
    }
    for (size_t c = 0; c < channels; c++) {
        pmy_real m = of.mean[c], s = of.scale[c], b = of.shift[c];
        for (size_t i = c * positions; i < (c + 1) * positions; i++)
            y[i] = (x[i] - m) * s + b;
    }
}

/* x or 0; x is read in any case, so that choosing is no branch. */
PMY_INLINED pmy_real where(bool is_so, pmy_real x)
{
    return is_so ? x : 0;
}

PMY_CLONES
void pmy_channel_gate(size_t channels, size_t positions, const pmy_real *x, pmy_channel_affine of,
                      const pmy_real *dy, pmy_real *dz)
{
    if (positions == 1) {
        for (size_t c = 0; c < channels; c++)
            dz[c] = where((x[c] - of.mean[c]) * of.scale[c] + of.shift[c] > 0, dy[c]);
        return;
    }
    for (size_t c = 0; c < channels; c++) {
        pmy_real m = of.mean[c], s = of.scale[c], b = of.shift[c];
        for (size_t i = c * positions; i < (c + 1) * positions; i++)
            dz[i] = where((x[i] - m) * s + b > 0, dy[i]);
    }
}

PMY_INLINED void add_sums(size_t n, const pmy_real *x, pmy_real mean, const pmy_real *dz, pmy_accum *sums,
                          pmy_accum *products)
{
    pmy_lanes total[CHAINS] = {0}, product[CHAINS] = {0}, value, gradient, counts;
    size_t i = 0;
    for (; i + STRIDE <= n; i += STRIDE)
        for (size_t c = 0; c < CHAINS; c++) {
            pmy_lanes_read(&value, x + i + c * PMY_LANES);
            pmy_lanes_read(&gradient, dz + i + c * PMY_LANES);
            total[c] += gradient;
            product[c] += gradient * (value - mean);
        }
    for (; i < n; i += PMY_LANES) {
        size_t at = lanes_from(i, n, &counts);
        pmy_lanes_read(&value, x + at);
        pmy_lanes_read(&gradient, dz + at);
        gradient *= counts;
        total[0] += gradient;
        product[0] += gradient * (value - mean);
    }
    *sums += sum_of_chains(total);
    *products += sum_of_chains(product);
}

PMY_INLINED void add_sums_of_few(size_t n, const pmy_real *x, pmy_real mean, const pmy_real *dz,
                                 pmy_accum *sums, pmy_accum *products)
{
    for (size_t i = 0; i < n; i++) {
        *sums += (pmy_accum)dz[i];
        *products += (pmy_accum)dz[i] * (pmy_accum)(x[i] - mean);
    }
}

PMY_CLONES
void pmy_channel_sums(size_t channels, size_t positions, const pmy_real *x, const pmy_real *mean,
                      const pmy_real *dz, pmy_accum *sums, pmy_accum *products)
{
    for (size_t c = 0; c < channels; c++)
        if (positions < PMY_LANES)
            add_sums_of_few(positions, x + c * positions, mean[c], dz + c * positions, &sums[c],
                            &products[c]);
        else
            add_sums(positions, x + c * positions, mean[c], dz + c * positions, &sums[c], &products[c]);
}

PMY_CLONES
void pmy_channel_gradient(size_t channels, size_t positions, const pmy_real *x, const pmy_real *dz,
                          pmy_channel_slopes of, pmy_real *dx, bool accumulate)
{
    if (positions == 1) {
        for (size_t c = 0; c < channels; c++)
            pmy_put(&dx[c], of.scale[c] * (dz[c] - of.offset[c] - (x[c] - of.mean[c]) * of.slope[c]),
                    accumulate);
        return;
    }
    for (size_t c = 0; c < channels; c++) {
        pmy_real mean = of.mean[c], scale = of.scale[c], offset = of.offset[c], slope = of.slope[c];
        for (size_t i = c * positions; i < (c + 1) * positions; i++)
            pmy_put(&dx[i], scale * (dz[i] - offset - (x[i] - mean) * slope), accumulate);
    }
}
