/* PNG files: what is written can be read again, pixel by pixel. The reader here knows no more of the format
 * than it needs: chunks with their checksums, and rows with their filters. */
#include "common/png.h"

#include "folder.h"

#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static unsigned char paeth(int left, int up, int corner)
{
    int guess = left + up - corner, a = abs(guess - left), b = abs(guess - up), c = abs(guess - corner);
    return (unsigned char)(a <= b && a <= c ? left : b <= c ? up : corner);
}

/* Undoes the filters of rows [height, 1 + width], in place. */
static void unfilter(unsigned char *rows, size_t height, size_t width, size_t channels)
{
    for (size_t y = 0; y < height; y++) {
        unsigned char *row = rows + y * (width + 1) + 1, *above = row - width - 1;
        for (size_t x = 0; x < width; x++) {
            int left = x < channels ? 0 : row[x - channels], up = y ? above[x] : 0;
            int corner = y && x >= channels ? above[x - channels] : 0;
            switch (row[-1]) {
            case 1:
                row[x] = (unsigned char)(row[x] + left);
                break;
            case 2:
                row[x] = (unsigned char)(row[x] + up);
                break;
            case 3:
                row[x] = (unsigned char)(row[x] + (left + up) / 2);
                break;
            case 4:
                row[x] = (unsigned char)(row[x] + paeth(left, up, corner));
                break;
            default:
                assert_int_equal(row[-1], 0);
            }
        }
    }
}

static void assert_holds(const unsigned char *bytes, size_t size, const unsigned char *pixels, size_t width,
                         size_t height, size_t channels)
{
    static const unsigned colour_types[] = {0, 0, 4, 2, 6};
    assert_true(size > 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0);
    size_t row = width * channels + 1;
    unsigned char *rows = calloc(height, row);
    bool ended = false;
    for (size_t at = 8; at < size; at += 12 + big_endian(bytes + at)) {
        size_t length = big_endian(bytes + at);
        const unsigned char *chunk = bytes + at + 8;
        assert_true(!ended && at + 12 + length <= size);
        assert_int_equal(libdeflate_crc32(0, bytes + at + 4, length + 4), big_endian(chunk + length));
        if (memcmp(bytes + at + 4, "IHDR", 4) == 0) {
            assert_int_equal(big_endian(chunk), width);
            assert_int_equal(big_endian(chunk + 4), height);
            assert_int_equal(chunk[8], 8);
            assert_int_equal(chunk[9], colour_types[channels]);
        } else if (memcmp(bytes + at + 4, "IDAT", 4) == 0) {
            struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
            assert_int_equal(libdeflate_zlib_decompress(inflater, chunk, length, rows, height * row, NULL),
                             LIBDEFLATE_SUCCESS);
            libdeflate_free_decompressor(inflater);
        } else {
            assert_memory_equal(bytes + at + 4, "IEND", 4);
            ended = true;
        }
    }
    assert_true(ended);
    unfilter(rows, height, row - 1, channels);
    for (size_t y = 0; y < height; y++)
        assert_memory_equal(rows + y * row + 1, pixels + y * (row - 1), row - 1);
    free(rows);
}

static void pixels_come_back(void **state)
{
    (void)state;
    static const png_channels kinds[] = {PNG_GREY, PNG_COLOUR, PNG_COLOUR_AND_OPACITY};
    static unsigned char pixels[33 * 47 * 4];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (unsigned char)(i % 97 < 40 ? i * i * 7 / 3 : 200);
    for (size_t k = 0; k < 3; k++)
        for (size_t width = 1; width <= 33; width += 8) {
            png picture;
            assert_int_equal(png_encode(pixels, width, 47, kinds[k], &picture, NULL), PMY_OK);
            assert_int_equal(picture.width, width);
            assert_int_equal(picture.height, 47);
            assert_holds(picture.bytes, picture.size, pixels, width, 47, (size_t)kinds[k]);
            png_free(&picture);
            assert_null(picture.bytes);
        }
}

static void a_file_is_written_whole_or_not_at_all(void **state)
{
    png picture;
    pmy_error error;
    assert_int_equal(png_encode((const unsigned char[]){1, 2, 3, 4}, 2, 2, PNG_GREY, &picture, &error),
                     PMY_OK);
    const char *path = folder_file(*state, "p.png");
    assert_int_equal(png_write(&picture, path, &error), PMY_OK);
    pmy_file file;
    assert_int_equal(pmy_file_read(path, &file, &error), PMY_OK);
    assert_int_equal(file.size, picture.size);
    assert_memory_equal(file.bytes, picture.bytes, file.size);
    pmy_file_free(&file);
    path = folder_file(*state, "missing/p.png");
    assert_failure(png_write(&picture, path, &error), PMY_IO, &error, path, "No such file");
    png_free(&picture);
}

static void what_is_too_large_is_refused(void **state)
{
    (void)state;
    png picture;
    pmy_error error;
    assert_int_equal(png_encode(NULL, 65535, 65535, PNG_GREY, &picture, &error), PMY_NO_MEMORY);
    assert_null(picture.bytes);
    assert_non_null(strstr(error.message, "65535x65535"));
}

static void an_address_is_base64(void **state)
{
    (void)state;
    static const char *const expected[] = {"", "YQ==", "YWI=", "YWJj", "YWJj/w==", "YWJj/+4=", "YWJj/+77"};
    for (size_t size = 0; size <= 6; size++) {
        char *text;
        size_t length;
        FILE *file = open_memstream(&text, &length);
        png_put_address(&(png){(unsigned char *)"abc\xFF\xEE\xFB", size, 1, 1}, file);
        (void)fclose(file);
        assert_int_equal(strncmp(text, "data:image/png;base64,", 22), 0);
        assert_string_equal(text + 22, expected[size]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_come_back),
        cmocka_unit_test_setup_teardown(a_file_is_written_whole_or_not_at_all, folder_new, folder_remove),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(an_address_is_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
