#include "picture/levels.h"

#include <math.h>

enum { BINS = 1024 };

typedef struct histogram {
    size_t count[BINS], total;
    float least, width; /* of the lowest bin's edge, and of a bin */
} histogram;

static size_t bin_of(const histogram *h, float value)
{
    float bin = (value - h->least) / h->width;
    return bin <= 0 ? 0 : bin < BINS ? (size_t)bin : BINS - 1;
}

static float middle_of(const histogram *h, size_t bin)
{
    return h->least + ((float)bin + 0.5f) * h->width;
}

static histogram histogram_over(float least, float most)
{
    return (histogram){.least = least, .width = (most - least) / BINS};
}

static void add(histogram *h, float value)
{
    h->count[bin_of(h, value)]++;
    h->total++;
}

/* The median of what is in bins from `first` on. */
static float median_from(const histogram *h, size_t first)
{
    size_t total = 0, below = 0, bin = first;
    for (size_t i = first; i < BINS; i++)
        total += h->count[i];
    while (bin < BINS - 1 && 2 * (below + h->count[bin]) < total)
        below += h->count[bin++];
    return middle_of(h, bin);
}

/* The first bin above Otsu's threshold: where the variance between the two classes is largest, in the middle
 * if it is so over an empty stretch. */
static size_t otsu_bin(const histogram *h)
{
    double sum_all = 0, sum_below = 0, best = -1;
    size_t below = 0, first = 1, last = 1;
    for (size_t bin = 0; bin < BINS; bin++)
        sum_all += (double)bin * (double)h->count[bin];
    for (size_t bin = 1; bin < BINS; bin++) {
        below += h->count[bin - 1];
        sum_below += (double)(bin - 1) * (double)h->count[bin - 1];
        size_t above = h->total - below;
        if (below == 0 || above == 0)
            continue;
        double distance = sum_below / (double)below - (sum_all - sum_below) / (double)above;
        double variance = (double)below * (double)above * distance * distance;
        if (variance > best) {
            best = variance;
            first = bin;
        }
        if (variance >= best)
            last = bin;
    }
    return (first + last) / 2;
}

pmy_levels pmy_levels_of(const pmy_grey *grey)
{
    size_t count = grey->width * grey->height;
    float least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        least = fminf(least, grey->values[i]);
        most = fmaxf(most, grey->values[i]);
    }
    if (!(most > least))
        return (pmy_levels){.threshold = most, .ink = most, .median = most};
    histogram values = histogram_over(least, most);
    for (size_t i = 0; i < count; i++)
        add(&values, grey->values[i]);
    size_t above = otsu_bin(&values);
    float median = median_from(&values, 0);
    histogram distances = histogram_over(0, fmaxf(most - median, median - least));
    for (size_t i = 0; i < count; i++)
        add(&distances, fabsf(grey->values[i] - median));
    const float deviation_of_median = 1.4826f; /* of a normal distribution */
    return (pmy_levels){.threshold = least + (float)above * values.width,
                        .ink = median_from(&values, above),
                        .median = median,
                        .noise = deviation_of_median * (median_from(&distances, 0) - distances.width / 2)};
}
