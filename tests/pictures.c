#include "pictures.h"

#include "common/png.h"
#include "folder.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jpeglib.h>

pmy_file picture_png(const uint8_t *pixels, size_t width, size_t height, size_t channels)
{
    png encoded;
    pmy_error error;
    assert_int_equal(png_encode(pixels, width, height, (png_channels)channels, &encoded, &error), PMY_OK);
    pmy_file file = contents_of(encoded.bytes, encoded.size);
    png_free(&encoded);
    return file;
}

static void put(uint8_t *bytes, size_t count, size_t value)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

pmy_file picture_bmp(const uint8_t *pixels, size_t width, size_t height, size_t channels, int top_first)
{
    enum { HEADER = 54 };
    size_t row = (width * channels + 3) / 4 * 4;
    pmy_file file = {calloc(HEADER + row * height, 1), HEADER + row * height};
    assert_non_null(file.bytes);
    memcpy(file.bytes, "BM", 2);
    put(file.bytes + 2, 4, file.size);
    put(file.bytes + 10, 4, HEADER);
    put(file.bytes + 14, 4, 40);
    put(file.bytes + 18, 4, width);
    put(file.bytes + 22, 4, top_first ? (size_t)0 - height : height);
    put(file.bytes + 26, 2, 1);
    put(file.bytes + 28, 2, 8 * channels);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const uint8_t *from = pixels + (y * width + x) * channels;
            uint8_t *to = file.bytes + HEADER + (top_first ? y : height - 1 - y) * row + x * channels;
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
            if (channels == 4)
                to[3] = from[3];
        }
    return file;
}

/* EXIF data that say only how the picture lies: "Exif", a TIFF header, and one entry. */
static void write_exif(struct jpeg_compress_struct *jpeg, unsigned orientation)
{
    JOCTET data[] = {'E',  'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                     0x01, 0x12, 0,   3,   0, 0, 0,   1,   0, 0,  0, 0, 0, 0, 0, 0};
    data[25] = (JOCTET)orientation;
    jpeg_write_marker(jpeg, JPEG_APP0 + 1, data, sizeof data);
}

pmy_file picture_jpeg(const uint8_t *pixels, size_t width, size_t height, size_t channels,
                      unsigned orientation, picture_scans scans)
{
    enum { QUALITY = 95 };
    /* The means of all components, then the rest of each. */
    const jpeg_scan_info few[] = {{(int)channels, {0, 1, 2}, 0, 0, 0, 0},
                                  {1, {0}, 1, 63, 0, 0},
                                  {1, {1}, 1, 63, 0, 0},
                                  {1, {2}, 1, 63, 0, 0}};
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)width;
    jpeg.image_height = (JDIMENSION)height;
    jpeg.input_components = (int)channels;
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, QUALITY, TRUE);
    if (scans == PICTURE_PROGRESSIVE)
        jpeg_simple_progression(&jpeg);
    if (scans == PICTURE_FEW_SCANS) {
        jpeg.scan_info = few;
        jpeg.num_scans = 1 + (int)channels;
    }
    jpeg_start_compress(&jpeg, TRUE);
    if (orientation)
        write_exif(&jpeg, orientation);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPLE *row = (JSAMPLE *)(uintptr_t)(pixels + jpeg.next_scanline * width * channels);
        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (pmy_file){bytes, size};
}

pmy_picture picture_blank(size_t width, size_t height, uint8_t shade)
{
    pmy_picture picture = {width, height, malloc(width * height * 4), 1};
    assert_non_null(picture.pixels);
    for (size_t i = 0; i < width * height; i++)
        memcpy(picture.pixels + 4 * i, (const uint8_t[]){shade, shade, shade, 255}, 4);
    return picture;
}

static void set(const pmy_picture *picture, long x, long y, uint8_t shade)
{
    if (x >= 0 && y >= 0 && x < (long)picture->width && y < (long)picture->height)
        memset(picture->pixels + 4 * ((size_t)y * picture->width + (size_t)x), shade, 3);
}

void picture_fill(const pmy_picture *picture, long left, long top, long right, long bottom, uint8_t shade)
{
    for (long y = top; y < bottom; y++)
        for (long x = left; x < right; x++)
            set(picture, x, y, shade);
}

void picture_ring(const pmy_picture *picture, double x, double y, double radius, double thickness,
                  uint8_t shade)
{
    for (long row = 0; row < (long)picture->height; row++)
        for (long column = 0; column < (long)picture->width; column++)
            if (fabs(hypot((double)column + 0.5 - x, (double)row + 0.5 - y) - radius) <= thickness / 2)
                set(picture, column, row, shade);
}

pmy_grey grey_of(size_t width, size_t height, const float *values)
{
    pmy_grey grey = pmy_grey_new(width, height);
    assert_non_null(grey.values);
    memcpy(grey.values, values, width * height * sizeof *values);
    return grey;
}
