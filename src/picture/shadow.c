#include "picture/shadow.h"

#include <assert.h>
#include <math.h>

enum { SMALL = 64, REACH = 5, SMOOTHINGS = 3 };

/* Each of values [count, `stride` apart] becomes the most (sign 1) or the least (−1) of those within REACH.
 */
static void spread_line(float *values, size_t count, size_t stride, float sign)
{
    float line[SMALL];
    assert(count <= SMALL);
    for (size_t i = 0; i < count; i++)
        line[i] = sign * values[i * stride];
    for (size_t i = 0; i < count; i++) {
        float most = line[i];
        for (size_t j = i > REACH ? i - REACH : 0; j <= i + REACH && j < count; j++)
            most = fmaxf(most, line[j]);
        values[i * stride] = sign * most;
    }
}

/* The same over squares. */
static void spread(const pmy_grey *grey, float sign)
{
    for (size_t y = 0; y < grey->height; y++)
        spread_line(grey->values + y * grey->width, grey->width, 1, sign);
    for (size_t x = 0; x < grey->width; x++)
        spread_line(grey->values + x, grey->height, grey->width, sign);
}

void pmy_shadow_remove(pmy_grey *ink)
{
    double step;
    pmy_grey small = pmy_grey_thumbnail(ink, SMALL, &step);
    spread(&small, -1);
    spread(&small, 1);
    for (int i = 0; i < SMOOTHINGS; i++)
        pmy_grey_smooth(&small);
    pmy_grey shadow =
        pmy_grey_resample(&small, (pmy_resampling){0, 0, 1 / step}, PMY_AROUND_EDGE, ink->width, ink->height);
    for (size_t i = 0; i < shadow.width * shadow.height; i++)
        ink->values[i] -= fmaxf(shadow.values[i], 0);
    if (!shadow.values)
        pmy_grey_free(ink);
    pmy_grey_free(&shadow);
    pmy_grey_free(&small);
}
