/* Pictures of pixels as PNG, through stb_image_write.
 *
 *   png picture;
 *   pmy_status status = png_encode(pixels, 28, 28, PNG_GREY, &picture, &error);
 *   if (status == PMY_OK)
 *       status = png_write(&picture, "digit.png", &error);
 *   png_free(&picture);
 */
#ifndef COMMON_PNG_H
#define COMMON_PNG_H

#include "base/status.h"

#include <stddef.h>
#include <stdio.h>

typedef enum png_channels { PNG_GREY = 1, PNG_COLOUR = 3, PNG_COLOUR_AND_OPACITY = 4 } png_channels;

typedef struct png {
    unsigned char *bytes; /* of the file */
    size_t size;
    size_t width, height;
} png;

/* Takes pixels [height, width, channels]; width and height are 1 … 65535. *picture is empty (all 0) after an
 * error: PMY_NO_MEMORY. */
pmy_status png_encode(const unsigned char *pixels, size_t width, size_t height, png_channels channels,
                      png *picture, pmy_error *error);
void png_free(png *picture);

/* Writes the file, whole or not at all. Errors: PMY_NO_MEMORY, PMY_IO. */
pmy_status png_write(const png *picture, const char *path, pmy_error *error);

/* Writes the picture as the address of an <img>, "data:image/png;base64,…". */
void png_put_address(const png *picture, FILE *file);

#endif
