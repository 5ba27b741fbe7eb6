#include "picture/shadow.h"

#include <math.h>

enum { SMALL = 64, REACH = 5, SMOOTHINGS = 3 };

/* The least or the most of values [count, `stride` apart] from i − REACH to i + REACH. */
static float extreme(const float *values, size_t count, size_t stride, size_t i, float sign)
{
    size_t first = i > REACH ? i - REACH : 0, end = i + REACH + 1 < count ? i + REACH + 1 : count;
    float most = sign * values[first * stride];
    for (size_t j = first + 1; j < end; j++)
        most = fmaxf(most, sign * values[j * stride]);
    return sign * most;
}

/* Each pixel becomes the most (sign 1) or the least (−1) of the square around it; `across` is room for it. */
static void spread(const pmy_grey *grey, const pmy_grey *across, float sign)
{
    for (size_t y = 0; y < grey->height; y++)
        for (size_t x = 0; x < grey->width; x++)
            across->values[y * grey->width + x] =
                extreme(grey->values + y * grey->width, grey->width, 1, x, sign);
    for (size_t y = 0; y < grey->height; y++)
        for (size_t x = 0; x < grey->width; x++)
            grey->values[y * grey->width + x] =
                extreme(across->values + x, grey->height, grey->width, y, sign);
}

/* Turns *ink, made small, into its shadow, and subtracts that from it at its full size. */
static pmy_status subtract_shadow(const pmy_grey *ink, double step, pmy_grey *small, const pmy_grey *across,
                                  const pmy_grey *shadow, pmy_error *error)
{
    pmy_status status = pmy_grey_resample(ink, (pmy_sampling){0, 0, step}, PMY_AROUND_EDGE, small, error);
    if (!status) {
        spread(small, across, -1);
        spread(small, across, 1);
    }
    for (int i = 0; !status && i < SMOOTHINGS; i++)
        status = pmy_grey_smooth(small, error);
    pmy_grey whole = *shadow;
    if (!status)
        status = pmy_grey_resample(small, (pmy_sampling){0, 0, 1 / step}, PMY_AROUND_EDGE, &whole, error);
    for (size_t i = 0; !status && i < ink->width * ink->height; i++)
        ink->values[i] -= fmaxf(shadow->values[i], 0);
    return status;
}

pmy_status pmy_shadow_remove(const pmy_grey *ink, pmy_error *error)
{
    pmy_grey small = {0}, across = {0}, shadow = {0};
    double step = fmax((double)(ink->width > ink->height ? ink->width : ink->height) / SMALL, 1);
    size_t width = (size_t)ceil((double)ink->width / step), height = (size_t)ceil((double)ink->height / step);
    pmy_status status = pmy_grey_new(width, height, &small, error);
    if (!status)
        status = pmy_grey_new(width, height, &across, error);
    if (!status)
        status = pmy_grey_new(ink->width, ink->height, &shadow, error);
    if (!status)
        status = subtract_shadow(ink, step, &small, &across, &shadow, error);
    pmy_grey_free(&shadow);
    pmy_grey_free(&across);
    pmy_grey_free(&small);
    return status;
}
