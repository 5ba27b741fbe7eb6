#include "picture/grey.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

pmy_status pmy_grey_new(size_t width, size_t height, pmy_grey *grey, pmy_error *error)
{
    *grey = (pmy_grey){0};
    float *values =
        height <= SIZE_MAX / sizeof *values / width ? calloc(width * height, sizeof *values) : NULL;
    if (!values)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a picture of %zux%zu", width, height);
    *grey = (pmy_grey){width, height, values};
    return PMY_OK;
}

void pmy_grey_free(pmy_grey *grey)
{
    free(grey->values);
    *grey = (pmy_grey){0};
}

pmy_status pmy_grey_of_picture(const pmy_picture *picture, pmy_grey *grey, pmy_error *error)
{
    const float white = 255, red = 0.299f, green = 0.587f, blue = 0.114f;
    pmy_status status = pmy_grey_new(picture->width, picture->height, grey, error);
    if (status)
        return status;
    const uint8_t *pixel = picture->pixels; /* [height · width, 4] */
    for (size_t i = 0; i < picture->width * picture->height; i++, pixel += 4) {
        float luma = (red * (float)pixel[0] + green * (float)pixel[1] + blue * (float)pixel[2]) / white;
        float alpha = (float)pixel[3] / white;
        grey->values[i] = 1 + alpha * (luma - 1);
    }
    return PMY_OK;
}

pmy_status pmy_grey_orient(pmy_grey *grey, unsigned orientation, pmy_error *error)
{
    assert(orientation >= 1 && orientation <= 8);
    /* Where the turned picture's rows are the stored one's columns, and which ways it is then read. */
    bool transposed = orientation >= 5;
    bool leftward = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool upward = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    if (orientation == 1)
        return PMY_OK;
    pmy_grey turned;
    pmy_status status = pmy_grey_new(transposed ? grey->height : grey->width,
                                     transposed ? grey->width : grey->height, &turned, error);
    if (status)
        return status;
    for (size_t y = 0; y < turned.height; y++)
        for (size_t x = 0; x < turned.width; x++) {
            size_t column = transposed ? y : x, row = transposed ? x : y;
            column = leftward ? grey->width - 1 - column : column;
            row = upward ? grey->height - 1 - row : row;
            turned.values[y * turned.width + x] = grey->values[row * grey->width + column];
        }
    pmy_grey_free(grey);
    *grey = turned;
    return PMY_OK;
}

/* Along one line of values [count, `stride` apart]. */
static void smooth_line(const float *from, float *to, size_t count, size_t stride)
{
    for (size_t i = 0; i < count; i++) {
        float before = from[(i ? i - 1 : 0) * stride], after = from[(i + 1 < count ? i + 1 : i) * stride];
        to[i * stride] = (before + 2 * from[i * stride] + after) / 4;
    }
}

pmy_status pmy_grey_smooth(pmy_grey *grey, pmy_error *error)
{
    pmy_grey across;
    pmy_status status = pmy_grey_new(grey->width, grey->height, &across, error);
    if (status)
        return status;
    for (size_t y = 0; y < grey->height; y++)
        smooth_line(grey->values + y * grey->width, across.values + y * grey->width, grey->width, 1);
    for (size_t x = 0; x < grey->width; x++)
        smooth_line(across.values + x, grey->values + x, grey->height, grey->width);
    pmy_grey_free(&across);
    return PMY_OK;
}
