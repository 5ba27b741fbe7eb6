#include "mnist/tiles.h"

#include "common/png.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = TILES_SIDE + TILES_GAP, ROW_STEP = STEP + LETTERING_LINE, TOP = TILES_GAP + LETTERING_LINE };
enum { PAPER = 0x30, INK = 0xff };

pmy_status tiles_new(size_t columns, size_t rows, size_t foot, tiles *made, pmy_error *error)
{
    enum { MOST_ROWS = 400 };
    *made = (tiles){0};
    if (rows < 1 || rows > MOST_ROWS)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a contact sheet has 1 to %d pictures, not %zu", MOST_ROWS,
                        rows);
    tiles of = {columns, rows, TOP + rows * ROW_STEP, {NULL, TILES_GAP + columns * STEP, 0}};
    of.ground.height = of.foot + foot;
    size_t size = of.ground.width * of.ground.height * 3;
    of.ground.pixels = malloc(size);
    if (!of.ground.pixels)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory for a contact sheet of %zu pictures", rows);
    memset(of.ground.pixels, PAPER, size);
    *made = of;
    return PMY_OK;
}

void tiles_free(tiles *of)
{
    free(of->ground.pixels);
    *of = (tiles){0};
}

pmy_status tiles_write(const tiles *of, const char *path, pmy_error *error)
{
    png encoded = {0};
    pmy_status status =
        png_encode(of->ground.pixels, of->ground.width, of->ground.height, PNG_COLOUR, &encoded, error);
    if (status == PMY_OK)
        status = png_write(&encoded, path, error);
    png_free(&encoded);
    return status;
}

static size_t left_of(size_t column)
{
    return TILES_GAP + column * STEP;
}

uint8_t *tiles_pixel(const tiles *of, size_t column, size_t row, size_t x, size_t y)
{
    return of->ground.pixels + ((TOP + row * ROW_STEP + y) * of->ground.width + left_of(column) + x) * 3;
}

pmy_status tiles_draw_grey(const tiles *onto, size_t column, size_t row, const pmy_grey *grey,
                           pmy_error *error)
{
    const float full = 255;
    double longest = pmy_grey_longest(grey), step = longest / TILES_SIDE;
    pmy_resampling middle = {((double)grey->width - longest) / 2, ((double)grey->height - longest) / 2, step};
    pmy_grey tile = pmy_grey_resample(grey, middle, PMY_AROUND_ZERO, TILES_SIDE, TILES_SIDE);
    if (!tile.values)
        return pmy_fail(error, PMY_NO_MEMORY, "no memory to draw a picture");
    for (size_t y = 0; y < TILES_SIDE; y++)
        for (size_t x = 0; x < TILES_SIDE; x++) {
            double from_x = middle.left + ((double)x + 0.5) * step,
                   from_y = middle.top + ((double)y + 0.5) * step;
            float value = step >= 1 ? tile.values[y * TILES_SIDE + x]
                                    : pmy_grey_at(grey, (long)floor(from_x), (long)floor(from_y));
            memset(tiles_pixel(onto, column, row, x, y), (int)(full * fminf(fmaxf(value, 0), 1) + 0.5f), 3);
        }
    pmy_grey_free(&tile);
    return PMY_OK;
}

/* Letters hang from the top of a line, below which a small gap looks better. */
enum { DROP = 3 };

void tiles_head(const tiles *onto, size_t column, const char *text)
{
    lettering_write(&onto->ground, left_of(column), TILES_GAP + DROP, left_of(column + 1), INK, text);
}

void tiles_caption(const tiles *onto, size_t column, size_t row, size_t columns, const char *text)
{
    lettering_write(&onto->ground, left_of(column), TOP + row * ROW_STEP + TILES_SIDE + DROP,
                    left_of(column + columns) - 2 * TILES_GAP, INK, text);
}

void tiles_foot(const tiles *onto, size_t y, const char *text)
{
    lettering_write(&onto->ground, left_of(0), onto->foot + y + DROP, onto->ground.width, INK, text);
}
