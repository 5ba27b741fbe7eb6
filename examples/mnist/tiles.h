/* A picture of square tiles in rows and columns: a heading over each column, a caption under each tile, and
 * room at the foot. */
#ifndef MNIST_TILES_H
#define MNIST_TILES_H

#include "common/lettering.h"
#include "picture/grey.h"
#include "base/status.h"

/* In pixels: the side of a tile, a multiple of both 20 and 28; and what is between tiles. */
enum { TILES_SIDE = 140, TILES_GAP = 4 };

typedef struct tiles {
    size_t columns, rows;
    size_t foot; /* where it begins, in rows of pixels */
    lettering_ground ground;
} tiles;

/* `foot`: its height in pixels. Errors: PMY_BAD_ARGUMENT (no rows or too many), PMY_NO_MEMORY; then
 * *made is empty. */
pmy_status tiles_new(size_t columns, size_t rows, size_t foot, tiles *made, pmy_error *error);
void tiles_free(tiles *of);

/* Writes the picture as a PNG, whole or not at all. Errors: PMY_NO_MEMORY, PMY_IO. */
pmy_status tiles_write(const tiles *of, const char *path, pmy_error *error);

/* The three bytes of a pixel of a tile. */
uint8_t *tiles_pixel(const tiles *of, size_t column, size_t row, size_t x, size_t y);

/* Fits a grey picture into a tile: small ones in blocks, large ones by means. Errors: PMY_NO_MEMORY. */
pmy_status tiles_draw_grey(const tiles *onto, size_t column, size_t row, const pmy_grey *grey,
                           pmy_error *error);

/* Writes over a column; under a tile, as far as `columns` tiles are wide; or in the foot, y pixels below
 * where it begins. */
void tiles_head(const tiles *onto, size_t column, const char *text);
void tiles_caption(const tiles *onto, size_t column, size_t row, size_t columns, const char *text);
void tiles_foot(const tiles *onto, size_t y, const char *text);

#endif
