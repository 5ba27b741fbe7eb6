#include "picture/grey.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

pmy_grey pmy_grey_new(size_t width, size_t height)
{
    bool some = width > 0 && height > 0 && height <= SIZE_MAX / sizeof(float) / width;
    float *values = some ? calloc(width * height, sizeof *values) : NULL;
    return values ? (pmy_grey){width, height, values} : (pmy_grey){0};
}

void pmy_grey_free(pmy_grey *grey)
{
    pmy_grey_replace(grey, (pmy_grey){0});
}

void pmy_grey_replace(pmy_grey *grey, pmy_grey by)
{
    free(grey->values);
    *grey = by;
}

double pmy_grey_longest(const pmy_grey *grey)
{
    return (double)(grey->width > grey->height ? grey->width : grey->height);
}

float pmy_grey_at(const pmy_grey *grey, long column, long row)
{
    bool inside = column >= 0 && row >= 0 && column < (long)grey->width && row < (long)grey->height;
    return inside ? grey->values[(size_t)row * grey->width + (size_t)column] : 0;
}

pmy_grey pmy_grey_window(const pmy_grey *from, long left, long top, size_t width, size_t height)
{
    pmy_grey to = from->values ? pmy_grey_new(width, height) : (pmy_grey){0};
    for (size_t y = 0; y < to.height; y++)
        for (size_t x = 0; x < to.width; x++)
            to.values[y * to.width + x] = pmy_grey_at(from, left + (long)x, top + (long)y);
    return to;
}

static float luma_of(const uint8_t pixel[4])
{
    const float white = 255, red = 0.299f, green = 0.587f, blue = 0.114f;
    return (red * (float)pixel[0] + green * (float)pixel[1] + blue * (float)pixel[2]) / white;
}

/* What a picture that is see-through is laid on: white, but black if that is where what is opaque shows. */
static float ground_for(const pmy_picture *picture)
{
    const double full = 255, half = 0.5;
    double opaque = 0, bright = 0;
    size_t count = picture->width * picture->height;
    for (size_t i = 0; i < count; i++) {
        double alpha = picture->pixels[4 * i + 3] / full;
        opaque += alpha;
        bright += alpha * (double)luma_of(picture->pixels + 4 * i);
    }
    bool mostly_through = opaque < half * (double)count;
    return mostly_through && bright > half * opaque ? 0 : 1;
}

pmy_grey pmy_grey_of_picture(const pmy_picture *picture)
{
    const float opaque = 255;
    float ground = ground_for(picture);
    pmy_grey grey = pmy_grey_new(picture->width, picture->height);
    for (size_t i = 0; i < grey.width * grey.height; i++) {
        const uint8_t *pixel = picture->pixels + 4 * i;
        grey.values[i] = ground + (float)pixel[3] / opaque * (luma_of(pixel) - ground);
    }
    return grey;
}

void pmy_grey_orient(pmy_grey *grey, unsigned orientation)
{
    assert(orientation >= 1 && orientation <= 8);
    /* Where the turned picture's rows are the stored one's columns, and which ways it is then read. */
    bool transposed = orientation >= 5;
    bool leftward = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool upward = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    if (orientation == 1)
        return;
    pmy_grey turned =
        pmy_grey_new(transposed ? grey->height : grey->width, transposed ? grey->width : grey->height);
    for (size_t y = 0; y < turned.height; y++)
        for (size_t x = 0; x < turned.width; x++) {
            size_t column = transposed ? y : x, row = transposed ? x : y;
            column = leftward ? grey->width - 1 - column : column;
            row = upward ? grey->height - 1 - row : row;
            turned.values[y * turned.width + x] = grey->values[row * grey->width + column];
        }
    pmy_grey_replace(grey, turned);
}

/* Along one line of values [count, `stride` apart]. */
static void smooth_line(float *values, size_t count, size_t stride)
{
    float before = *values;
    for (size_t i = 0; i < count; i++) {
        float here = values[i * stride], after = values[(i + 1 < count ? i + 1 : i) * stride];
        values[i * stride] = (before + 2 * here + after) / 4;
        before = here;
    }
}

void pmy_grey_smooth(const pmy_grey *grey)
{
    for (size_t y = 0; y < grey->height; y++)
        smooth_line(grey->values + y * grey->width, grey->width, 1);
    for (size_t x = 0; x < grey->width; x++)
        smooth_line(grey->values + x, grey->height, grey->width);
}
