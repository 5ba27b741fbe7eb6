#include "mnist/sheet.h"

#include "common/png.h"
#include "mnist/reasons.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TILE = 140, GAP = 4, REASONS = 3, PIXELS = PMY_FIT_SIDE * PMY_FIT_SIDE };

/* Red, green and blue, [rows, columns] tiles with gaps in between. */
typedef struct sheet {
    size_t columns, rows, width, height;
    uint8_t *pixels; /* [height, width, 3] */
} sheet;

static size_t readable(const seen *pictures, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pictures[i].read;
    return sum;
}

static pmy_status sheet_new(size_t columns, size_t rows, sheet *made, pmy_error *error)
{
    enum { MOST_ROWS = 400, PAPER = 0x60 };
    if (rows < 1 || rows > MOST_ROWS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a sheet has 1 to %d pictures, not %zu", MOST_ROWS, rows);
    *made = (sheet){columns, rows, columns * (TILE + GAP) + GAP, rows * (TILE + GAP) + GAP, NULL};
    made->pixels = malloc(made->width * made->height * 3);
    if (!made->pixels)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a sheet of %zu pictures", rows);
    memset(made->pixels, PAPER, made->width * made->height * 3);
    return PMY_OK;
}

static pmy_status sheet_end(sheet *of, const char *path, pmy_status status, pmy_error *error)
{
    png encoded = {0};
    if (status == PMY_OK)
        status = png_encode(of->pixels, of->width, of->height, PNG_COLOUR, &encoded, error);
    if (status == PMY_OK)
        status = png_write(&encoded, path, error);
    png_free(&encoded);
    free(of->pixels);
    return status;
}

static uint8_t *pixel_at(const sheet *of, size_t column, size_t row, size_t x, size_t y)
{
    size_t left = GAP + column * (TILE + GAP), top = GAP + row * (TILE + GAP);
    return of->pixels + ((top + y) * of->width + left + x) * 3;
}

/* Fits a grey picture into a tile: small ones in blocks, large ones by means. */
static pmy_status draw_grey(const sheet *onto, size_t column, size_t row, const pmy_grey *grey,
                            pmy_error *error)
{
    const float full = 255;
    size_t longer = grey->width > grey->height ? grey->width : grey->height;
    double step = (double)longer / TILE;
    pmy_grey tile;
    pmy_status status = pmy_grey_new(TILE, TILE, &tile, error);
    if (status != PMY_OK)
        return status;
    pmy_sampling middle = {((double)grey->width - (double)longer) / 2,
                           ((double)grey->height - (double)longer) / 2, step};
    if (step >= 1)
        status = pmy_grey_resample(grey, middle, PMY_AROUND_ZERO, &tile, error);
    for (size_t y = 0; status == PMY_OK && y < TILE; y++)
        for (size_t x = 0; x < TILE; x++) {
            double from_x = middle.left + ((double)x + 0.5) * step,
                   from_y = middle.top + ((double)y + 0.5) * step;
            bool inside =
                from_x >= 0 && from_y >= 0 && from_x < (double)grey->width && from_y < (double)grey->height;
            float value = step >= 1 ? tile.values[y * TILE + x]
                          : inside  ? grey->values[(size_t)from_y * grey->width + (size_t)from_x]
                                    : 0;
            memset(pixel_at(onto, column, row, x, y), (int)(full * fminf(fmaxf(value, 0), 1) + 0.5f), 3);
        }
    pmy_grey_free(&tile);
    return status;
}

pmy_status sheet_of_stages(const seen *pictures, size_t count, const char *path, pmy_error *error)
{
    sheet stages = {0};
    size_t row = 0;
    pmy_status status = sheet_new(PMY_DIGIT_STAGES, readable(pictures, count), &stages, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        for (size_t stage = 0; status == PMY_OK && pictures[i].read && stage < PMY_DIGIT_STAGES; stage++)
            status = draw_grey(&stages, stage, row, &pictures[i].digit.stage[stage], error);
        row += pictures[i].read;
    }
    return sheet_end(&stages, path, status, error);
}

/* Blue for what is positive, red for what is negative, as strong as the value's share of the largest; in the
 * background, faintly, the digit. */
static void draw_signed(const sheet *onto, size_t column, size_t row, const double *values,
                        const uint8_t *digit)
{
    static const double blue[] = {40, 110, 255}, red[] = {255, 60, 40}, faint = 0.35;
    double most = 0;
    for (size_t i = 0; i < PIXELS; i++)
        most = fmax(most, fabs(values[i]));
    for (size_t y = 0; y < TILE; y++)
        for (size_t x = 0; x < TILE; x++) {
            size_t at = y * PMY_FIT_SIDE / TILE * PMY_FIT_SIDE + x * PMY_FIT_SIDE / TILE;
            double share = most > 0 ? fabs(values[at]) / most : 0, background = faint * digit[at];
            const double *colour = values[at] > 0 ? blue : red;
            for (size_t c = 0; c < 3; c++)
                pixel_at(onto, column, row, x, y)[c] =
                    (uint8_t)(background + share * (colour[c] - background) + 0.5);
        }
}

pmy_status sheet_of_reasons(const seen *pictures, size_t count, pmy_classifier *classifier, const char *path,
                            pmy_error *error)
{
    sheet reasons = {0};
    size_t row = 0;
    pmy_status status = sheet_new(REASONS, readable(pictures, count), &reasons, error);
    if (status != PMY_OK)
        return status;
    for (size_t i = 0; status == PMY_OK && i < count; i++) {
        double speaks[PIXELS], does[PIXELS];
        const uint8_t *pixels = pictures[i].digit.pixels;
        if (!pictures[i].read)
            continue;
        status = reasons_for(classifier, pixels, pictures[i].best, speaks, error);
        for (size_t at = 0; at < PIXELS; at++)
            does[at] = speaks[at] * pixels[at];
        if (status == PMY_OK)
            status = draw_grey(&reasons, 0, row, &pictures[i].digit.stage[PMY_STAGE_CENTRED], error);
        if (status == PMY_OK) {
            draw_signed(&reasons, 1, row, speaks, pixels);
            draw_signed(&reasons, 2, row++, does, pixels);
        }
    }
    return sheet_end(&reasons, path, status, error);
}
