#include "common/png.h"

#include "io/atomic_file.h"

#include <stdlib.h>
#include <string.h>

#include <stb/stb_image_write.h>

/* stb_image_write hands over the whole file in one call. */
static void keep(void *context, void *bytes, int size)
{
    png *picture = context;
    picture->bytes = malloc((size_t)size);
    if (picture->bytes) {
        memcpy(picture->bytes, bytes, (size_t)size);
        picture->size = (size_t)size;
    }
}

pmy_status png_encode(const unsigned char *pixels, size_t width, size_t height, png_channels channels,
                      png *picture, pmy_error *error)
{
    /* Its sizes are ints. */
    const size_t most_pixels = (size_t)1 << 28;
    *picture = (png){.width = width, .height = height};
    if (width * height <= most_pixels)
        (void)stbi_write_png_to_func(keep, picture, (int)width, (int)height, (int)channels, pixels, 0);
    if (picture->bytes)
        return PMY_OK;
    *picture = (png){0};
    return pmy_fail(error, PMY_NO_MEMORY, "no memory for a picture of %zux%zu", width, height);
}

void png_free(png *picture)
{
    free(picture->bytes);
    *picture = (png){0};
}

pmy_status png_write(const png *picture, const char *path, pmy_error *error)
{
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status != PMY_OK)
        return status;
    (void)fwrite(picture->bytes, 1, picture->size, output.file);
    return pmy_atomic_file_end(&output, error);
}

void png_put_address(const png *picture, FILE *file)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)fputs("data:image/png;base64,", file);
    for (size_t i = 0; i < picture->size; i += 3) {
        size_t left = picture->size - i;
        unsigned group = (unsigned)picture->bytes[i] << 16;
        group |= left > 1 ? (unsigned)picture->bytes[i + 1] << 8 : 0;
        group |= left > 2 ? picture->bytes[i + 2] : 0u;
        (void)fputc(digits[group >> 18], file);
        (void)fputc(digits[group >> 12 & 63], file);
        (void)fputc(left > 1 ? digits[group >> 6 & 63] : '=', file);
        (void)fputc(left > 2 ? digits[group & 63] : '=', file);
    }
}
