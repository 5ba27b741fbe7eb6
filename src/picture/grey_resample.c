/* The area filter. It is separable: along an axis, an output pixel is the mean over the stretch that it
 * covers of an input whose pixels are one wide each. A stretch of less than a pixel is widened to one, which
 * is the same as interpolating linearly. */
#include "picture/grey.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* One axis: what each output pixel takes. Of what is outside the input the weight goes to its edge, or
 * nowhere. */
typedef struct axis {
    size_t taps;
    size_t *first;  /* [outputs]: the first input pixel */
    float *weights; /* [outputs, taps], of that one and those that follow */
} axis;

static void axis_free(axis *of)
{
    free(of->first);
    free(of->weights);
}

/* Without memory for it, one of the two is NULL. */
static axis axis_new(size_t inputs, size_t outputs, double begin, double step, pmy_surroundings around)
{
    double width = fmax(step, 1);
    size_t reach = (size_t)ceil(width) + 1, taps = reach < inputs ? reach : inputs;
    axis made = {taps, calloc(outputs, sizeof *made.first), calloc(outputs * taps, sizeof *made.weights)};
    for (size_t i = 0; made.first && made.weights && i < outputs; i++) {
        double from = begin + ((double)i + 0.5) * step - width / 2, to = from + width;
        long lowest = (long)floor(from), most = (long)(inputs - taps);
        size_t first = lowest < 0 ? 0 : lowest < most ? (size_t)lowest : (size_t)most;
        made.first[i] = first;
        for (long j = lowest; (double)j < to; j++) {
            bool outside = j < 0 || j >= (long)inputs;
            if (outside && around == PMY_AROUND_ZERO)
                continue;
            size_t nearest = j < 0 ? 0 : j < (long)inputs ? (size_t)j : inputs - 1;
            double covered = fmin(to, (double)j + 1) - fmax(from, (double)j);
            made.weights[i * taps + nearest - first] += (float)(covered / width);
        }
    }
    return made;
}

/* The weighted mean that output pixel i takes of values [inputs, the next one `stride` further on]. */
static float mean_along(const axis *along, size_t i, const float *values, size_t stride)
{
    const float *weights = along->weights + i * along->taps; /* [taps] */
    values += along->first[i] * stride;
    float sum = 0;
    for (size_t tap = 0; tap < along->taps; tap++)
        sum += weights[tap] * values[tap * stride];
    return sum;
}

static void resample(const pmy_grey *from, const axis *columns, const axis *rows, const pmy_grey *across,
                     const pmy_grey *to)
{
    for (size_t y = 0; y < across->height; y++)
        for (size_t x = 0; x < across->width; x++)
            across->values[y * across->width + x] = mean_along(columns, x, from->values + y * from->width, 1);
    for (size_t y = 0; y < to->height; y++)
        for (size_t x = 0; x < to->width; x++)
            to->values[y * to->width + x] = mean_along(rows, y, across->values + x, across->width);
}

pmy_grey pmy_grey_resample(const pmy_grey *from, pmy_resampling sampling, pmy_surroundings around,
                           size_t width, size_t height)
{
    if (!from->values)
        return (pmy_grey){0};
    pmy_grey to = pmy_grey_new(width, height), across = pmy_grey_new(width, from->height);
    axis columns = axis_new(from->width, width, sampling.left, sampling.step, around);
    axis rows = axis_new(from->height, height, sampling.top, sampling.step, around);
    if (to.values && across.values && columns.first && columns.weights && rows.first && rows.weights)
        resample(from, &columns, &rows, &across, &to);
    else
        pmy_grey_free(&to);
    axis_free(&rows);
    axis_free(&columns);
    pmy_grey_free(&across);
    return to;
}

void pmy_grey_shrink(pmy_grey *grey, size_t longest)
{
    double step = pmy_grey_longest(grey) / (double)longest;
    if (step <= 1)
        return;
    double width = fmax((double)grey->width / step + 0.5, 1);
    double height = fmax((double)grey->height / step + 0.5, 1);
    pmy_grey_replace(grey, pmy_grey_resample(grey, (pmy_resampling){0, 0, step}, PMY_AROUND_EDGE,
                                             (size_t)width, (size_t)height));
}

pmy_grey pmy_grey_thumbnail(const pmy_grey *grey, size_t longest, double *step)
{
    *step = fmax(pmy_grey_longest(grey) / (double)longest, 1);
    double width = ceil((double)grey->width / *step), height = ceil((double)grey->height / *step);
    return pmy_grey_resample(grey, (pmy_resampling){0, 0, *step}, PMY_AROUND_EDGE, (size_t)width,
                             (size_t)height);
}
