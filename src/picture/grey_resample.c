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
    size_t count, taps;
    size_t *first;  /* [count]: the first input pixel */
    float *weights; /* [count, taps], of that one and those that follow */
} axis;

static void axis_free(axis *of)
{
    free(of->first);
    free(of->weights);
}

static pmy_status axis_new(size_t inputs, size_t outputs, double begin, double step, pmy_surroundings around,
                           axis *made, pmy_error *error)
{
    double width = fmax(step, 1);
    size_t reach = (size_t)ceil(width) + 1, taps = reach < inputs ? reach : inputs;
    *made = (axis){outputs, taps, calloc(outputs, sizeof *made->first),
                   calloc(outputs * taps, sizeof *made->weights)};
    if (!made->first || !made->weights) {
        axis_free(made);
        return pmy_fail(error, PMY_NO_MEMORY, "no memory to scale a picture");
    }
    for (size_t i = 0; i < outputs; i++) {
        double from = begin + ((double)i + 0.5) * step - width / 2, to = from + width;
        long lowest = (long)floor(from), most = (long)(inputs - taps);
        size_t first = lowest < 0 ? 0 : lowest < most ? (size_t)lowest : (size_t)most;
        made->first[i] = first;
        for (long j = lowest; (double)j < to; j++) {
            bool outside = j < 0 || j >= (long)inputs;
            if (outside && around == PMY_AROUND_ZERO)
                continue;
            size_t nearest = j < 0 ? 0 : j < (long)inputs ? (size_t)j : inputs - 1;
            double covered = fmin(to, (double)j + 1) - fmax(from, (double)j);
            made->weights[i * taps + nearest - first] += (float)(covered / width);
        }
    }
    return PMY_OK;
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

static pmy_status resample(const pmy_grey *from, const axis *columns, const axis *rows, pmy_grey *to,
                           pmy_error *error)
{
    pmy_grey across; /* [from's height, to's width] */
    pmy_status status = pmy_grey_new(to->width, from->height, &across, error);
    if (status)
        return status;
    for (size_t y = 0; y < across.height; y++)
        for (size_t x = 0; x < across.width; x++)
            across.values[y * across.width + x] = mean_along(columns, x, from->values + y * from->width, 1);
    for (size_t y = 0; y < to->height; y++)
        for (size_t x = 0; x < to->width; x++)
            to->values[y * to->width + x] = mean_along(rows, y, across.values + x, across.width);
    pmy_grey_free(&across);
    return PMY_OK;
}

pmy_status pmy_grey_resample(const pmy_grey *from, pmy_sampling sampling, pmy_surroundings around,
                             pmy_grey *to, pmy_error *error)
{
    axis columns, rows;
    pmy_status status =
        axis_new(from->width, to->width, sampling.left, sampling.step, around, &columns, error);
    if (status)
        return status;
    status = axis_new(from->height, to->height, sampling.top, sampling.step, around, &rows, error);
    if (!status) {
        status = resample(from, &columns, &rows, to, error);
        axis_free(&rows);
    }
    axis_free(&columns);
    return status;
}

pmy_status pmy_grey_shrink(pmy_grey *grey, size_t longest, pmy_error *error)
{
    size_t longer = grey->width > grey->height ? grey->width : grey->height;
    if (longer <= longest)
        return PMY_OK;
    double step = (double)longer / (double)longest;
    size_t width = (size_t)((double)grey->width / step + 0.5),
           height = (size_t)((double)grey->height / step + 0.5);
    pmy_grey small;
    pmy_status status = pmy_grey_new(width ? width : 1, height ? height : 1, &small, error);
    if (status)
        return status;
    status = pmy_grey_resample(grey, (pmy_sampling){0, 0, step}, PMY_AROUND_EDGE, &small, error);
    if (status) {
        pmy_grey_free(&small);
        return status;
    }
    pmy_grey_free(grey);
    *grey = small;
    return PMY_OK;
}
