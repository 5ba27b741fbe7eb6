/* Reading pictures: PNG, BMP and JPEG, whole and broken. */
#include "base/crc32.h"
#include "picture/picture.h"

#include "folder.h"
#include "pictures.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 37, HEIGHT = 23, PIXELS = WIDTH * HEIGHT };

/* Pixels [HEIGHT, WIDTH, channels] that change smoothly, so that JPEG keeps them, and differ everywhere. */
static void paint(uint8_t *pixels, size_t channels)
{
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            const uint8_t shade[] = {(uint8_t)(6 * x), (uint8_t)(10 * y), (uint8_t)(3 * x + 4 * y),
                                     (uint8_t)(255 - x)};
            for (size_t c = 0; c < channels; c++)
                pixels[(y * WIDTH + x) * channels + c] = shade[c];
        }
}

static pmy_picture decoded(pmy_file file)
{
    pmy_picture picture;
    pmy_error error = {0};
    if (pmy_picture_decode("name", file.bytes, file.size, &picture, &error))
        fail_msg("%s", error.message);
    assert_int_equal(picture.width, WIDTH);
    assert_int_equal(picture.height, HEIGHT);
    return picture;
}

/* Decodes the file, frees it, and holds it against the pixels [HEIGHT, WIDTH, channels]. */
static void expect_pixels(pmy_file file, const uint8_t *pixels, size_t channels, int tolerance)
{
    pmy_picture picture = decoded(file);
    for (size_t i = 0; i < PIXELS; i++)
        for (size_t c = 0; c < 4; c++) {
            int expected = c == 3 ? (channels == 4 ? pixels[4 * i + 3] : 255)
                                  : pixels[channels * i + (channels == 1 ? 0 : c)];
            if (abs(picture.pixels[4 * i + c] - expected) > tolerance)
                fail_msg("pixel %zu, channel %zu: %d, not %d", i, c, picture.pixels[4 * i + c], expected);
        }
    pmy_picture_free(&picture);
    assert_null(picture.pixels);
    pmy_file_free(&file);
}

static void png_is_read_exactly(void **state)
{
    (void)state;
    uint8_t pixels[PIXELS * 4];
    for (size_t channels = 1; channels <= 4; channels++) {
        if (channels == 2)
            continue;
        paint(pixels, channels);
        expect_pixels(picture_png(pixels, WIDTH, HEIGHT, channels), pixels, channels, 0);
    }
}

static void bmp_is_read_exactly(void **state)
{
    (void)state;
    uint8_t pixels[PIXELS * 4];
    for (int top_first = 0; top_first < 2; top_first++) {
        paint(pixels, 3);
        expect_pixels(picture_bmp(pixels, WIDTH, HEIGHT, 3, top_first), pixels, 3, 0);
    }
}

static void jpeg_is_read_nearly(void **state)
{
    (void)state;
    uint8_t pixels[PIXELS * 3];
    for (picture_scans scans = PICTURE_BASELINE; scans <= PICTURE_FEW_SCANS; scans++) {
        paint(pixels, 3);
        expect_pixels(picture_jpeg(pixels, WIDTH, HEIGHT, 3, 0, scans), pixels, 3, 24);
        paint(pixels, 1);
        expect_pixels(picture_jpeg(pixels, WIDTH, HEIGHT, 1, 0, scans), pixels, 1, 8);
    }
}

static void orientation_comes_from_exif(void **state)
{
    (void)state;
    uint8_t pixels[PIXELS * 3];
    paint(pixels, 3);
    for (unsigned stored = 0; stored <= 10; stored++) {
        pmy_file file = picture_jpeg(pixels, WIDTH, HEIGHT, 3, stored, PICTURE_BASELINE);
        pmy_picture picture = decoded(file);
        assert_int_equal(picture.orientation, stored >= 1 && stored <= 8 ? stored : 1);
        pmy_picture_free(&picture);
        pmy_file_free(&file);
    }
}

static void large_jpegs_are_decoded_smaller(void **state)
{
    (void)state;
    static const struct {
        size_t stored, decoded;
    } sides[] = {{1999, 1999}, {2000, 1000}, {4000, 1000}, {7000, 1750}, {9000, 1125}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        uint8_t *pixels = calloc(sides[i].stored, 16);
        assert_non_null(pixels);
        pmy_file file = picture_jpeg(pixels, sides[i].stored, 16, 1, 0, PICTURE_BASELINE);
        pmy_picture picture;
        assert_int_equal(pmy_picture_decode("name", file.bytes, file.size, &picture, NULL), PMY_OK);
        assert_int_equal(picture.width, sides[i].decoded);
        pmy_picture_free(&picture);
        pmy_file_free(&file);
        free(pixels);
    }
}

/* --- What is refused ----------------------------------------------------------- */

static void a_jpeg_of_printing_inks_is_read(void **state)
{
    (void)state;
    uint8_t inks[PIXELS * 4], pixels[PIXELS * 3];
    paint(inks, 4);
    for (size_t i = 0; i < PIXELS; i++)
        for (size_t c = 0; c < 3; c++)
            pixels[3 * i + c] = (uint8_t)(inks[4 * i + c] * inks[4 * i + 3] / 255);
    expect_pixels(picture_jpeg(inks, WIDTH, HEIGHT, 4, 0, PICTURE_BASELINE), pixels, 3, 12);
}

static void put_big_endian(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The same from an eXIf chunk, put in right after the signature and IHDR. */
static void orientation_comes_from_a_png(void **state)
{
    (void)state;
    enum { BEFORE = 8 + 25, AROUND = 12, EXIF = 26 };
    uint8_t exif[EXIF] = {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1};
    uint8_t pixels[PIXELS * 3];
    paint(pixels, 3);
    for (uint8_t stored = 0; stored <= 9; stored++) {
        pmy_file plain = picture_png(pixels, WIDTH, HEIGHT, 3);
        pmy_file file = {calloc(plain.size + AROUND + EXIF, 1), plain.size + AROUND + EXIF};
        assert_non_null(file.bytes);
        uint8_t *chunk = file.bytes + BEFORE;
        exif[19] = stored;
        memcpy(file.bytes, plain.bytes, BEFORE);
        put_big_endian(chunk, EXIF);
        memcpy(chunk + 4, "eXIf", 4);
        memcpy(chunk + 8, exif, EXIF);
        put_big_endian(chunk + 8 + EXIF, pmy_crc32(0, chunk + 4, 4 + EXIF));
        memcpy(chunk + AROUND + EXIF, plain.bytes + BEFORE, plain.size - BEFORE);
        pmy_picture picture = decoded(file);
        assert_int_equal(picture.orientation, stored >= 1 && stored <= 8 ? stored : 1);
        pmy_picture_free(&picture);
        pmy_file_free(&file);
        pmy_file_free(&plain);
    }
}

static void expect_refusal(const void *bytes, size_t size, pmy_status expected, const char *words)
{
    pmy_picture picture = {.width = 1};
    pmy_error error = {0};
    /* Of just its size, so that the address sanitizer sees who reads on. */
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    pmy_status status = pmy_picture_decode("name", copy, size, &picture, &error);
    free(copy);
    assert_failure(status, expected, &error, "name: ", words);
    assert_null(picture.pixels);
    assert_int_equal(picture.width, 0);
}

static void other_formats_are_named(void **state)
{
    (void)state;
    expect_refusal("", 0, PMY_BAD_FILE, "empty");
    expect_refusal("hello, world", 12, PMY_BAD_FILE, "no PNG, BMP or JPEG picture");
    expect_refusal("GIF89a....", 10, PMY_BAD_FILE, "a GIF picture");
    expect_refusal("RIFF....WEBPVP8 ", 16, PMY_BAD_FILE, "a WebP picture");
    expect_refusal("....ftypheic....", 16, PMY_BAD_FILE, "heif-convert");
    expect_refusal("II*\0....", 8, PMY_BAD_FILE, "a TIFF picture");
}

/* The three formats' files of one picture. */
enum { FORMATS = 4 };
static pmy_file file_of(size_t format)
{
    uint8_t pixels[PIXELS * 4];
    paint(pixels, format == 0 ? 4 : 3);
    return format == 0   ? picture_png(pixels, WIDTH, HEIGHT, 4)
           : format == 1 ? picture_bmp(pixels, WIDTH, HEIGHT, 3, 0)
           : format == 2 ? picture_jpeg(pixels, WIDTH, HEIGHT, 3, 6, PICTURE_BASELINE)
                         : picture_jpeg(pixels, WIDTH, HEIGHT, 3, 0, PICTURE_PROGRESSIVE);
}

static void cut_anywhere_they_are_refused(void **state)
{
    (void)state;
    for (size_t format = 0; format < FORMATS; format++) {
        pmy_file file = file_of(format);
        /* libjpeg does not miss a JPEG's last marker, which is two bytes. */
        for (size_t size = 0; size < file.size - (format >= 2 ? 2 : 0); size++)
            expect_refusal(file.bytes, size, PMY_BAD_FILE, "");
        pmy_file_free(&file);
    }
}

static void any_wrong_bit_of_a_png_is_seen(void **state)
{
    (void)state;
    pmy_file file = file_of(0);
    for (size_t i = 0; i < file.size; i++) {
        file.bytes[i] ^= (uint8_t)(1u << i % 8);
        expect_refusal(file.bytes, file.size, PMY_BAD_FILE, "");
        file.bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    pmy_file_free(&file);
}

static void random_damage_is_survived(void **state)
{
    (void)state;
    enum { TRIALS = 3000, MOST_CHANGES = 6 };
    for (size_t format = 0; format < FORMATS; format++) {
        pmy_file file = file_of(format);
        pmy_random random = {.seed = 1, .stream = format};
        for (int trial = 0; trial < TRIALS; trial++) {
            uint8_t *copy = malloc(file.size);
            assert_non_null(copy);
            memcpy(copy, file.bytes, file.size);
            for (uint32_t change = pmy_random_below(&random, MOST_CHANGES) + 1; change > 0; change--)
                copy[pmy_random_below(&random, (uint32_t)file.size)] = (uint8_t)pmy_random_word(&random);
            pmy_picture picture;
            pmy_error error = {0};
            if (pmy_picture_decode("name", copy, file.size, &picture, &error) == PMY_OK)
                assert_true(picture.width > 0 && picture.height > 0 && picture.pixels[0] <= 255);
            else
                assert_memory_equal(error.message, "name: ", 6);
            pmy_picture_free(&picture);
            free(copy);
        }
        pmy_file_free(&file);
    }
}

/* Checksums of a PNG's chunks, made right again: so that damage reaches what reads the pixels. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
    return ~crc;
}

static void mend_checksums(uint8_t *bytes, size_t size)
{
    for (size_t at = 8; at + 12 <= size;) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 | (size_t)bytes[at + 2] << 8 |
                        bytes[at + 3];
        if (length > size - at - 12)
            return;
        uint32_t crc = checksum(bytes + at + 4, length + 4);
        for (size_t i = 0; i < 4; i++)
            bytes[at + 8 + length + i] = (uint8_t)(crc >> (24 - 8 * i));
        at += length + 12;
    }
}

static void damage_with_right_checksums_is_survived(void **state)
{
    (void)state;
    enum { TRIALS = 6000, MOST_CHANGES = 4 };
    for (size_t channels = 1; channels <= 4; channels += 3) {
        uint8_t pixels[PIXELS * 4];
        paint(pixels, channels);
        pmy_file file = picture_png(pixels, WIDTH, HEIGHT, channels);
        pmy_random random = {.seed = 2, .stream = channels};
        size_t refused = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            uint8_t *copy = malloc(file.size);
            assert_non_null(copy);
            memcpy(copy, file.bytes, file.size);
            uint32_t begin = trial % 2 ? 16 : 41,
                     end = trial % 2 ? 29 : (uint32_t)file.size; /* IHDR, or IDAT */
            for (uint32_t change = pmy_random_below(&random, MOST_CHANGES) + 1; change > 0; change--)
                copy[begin + pmy_random_below(&random, end - begin)] = (uint8_t)pmy_random_below(&random, 20);
            mend_checksums(copy, file.size);
            pmy_picture picture;
            refused += pmy_picture_decode("name", copy, file.size, &picture, NULL) != PMY_OK;
            pmy_picture_free(&picture);
            free(copy);
        }
        assert_in_range(refused, 1, TRIALS - 1);
        pmy_file_free(&file);
    }
}

/* A few bytes that promise a picture as large as can be. */
static void huge_promises_are_refused(void **state)
{
    (void)state;
    pmy_file file = file_of(0);
    memcpy(file.bytes + 16, "\0\0\x40\0\0\0\x40\0", 8); /* 16384×16384 */
    mend_checksums(file.bytes, file.size);
    expect_refusal(file.bytes, file.size, PMY_NO_MEMORY, "512 MiB");
    memcpy(file.bytes + 16, "\0\0\x40\1\0\0\0\1", 8);
    mend_checksums(file.bytes, file.size);
    expect_refusal(file.bytes, file.size, PMY_BAD_FILE, "16384");
    pmy_file_free(&file);

    file = file_of(1);
    file.bytes[20] = 1; /* a width of 65536 more */
    expect_refusal(file.bytes, file.size, PMY_BAD_FILE, "16384");
    pmy_file_free(&file);
}

static void jpegs_of_many_scans_are_refused(void **state)
{
    (void)state;
    uint8_t pixels[PIXELS];
    paint(pixels, 1);
    pmy_file file = picture_jpeg(pixels, WIDTH, HEIGHT, 1, 0, PICTURE_FEW_SCANS);
    size_t scan = 0, end = file.size - 2;
    for (size_t i = end - 1; scan == 0; i--) /* the last scan's header */
        if (file.bytes[i] == 0xFF && file.bytes[i + 1] == 0xDA)
            scan = i;
    enum { SCANS = 300 };
    size_t length = end - scan;
    pmy_file many = {malloc(end + SCANS * length + 2), end};
    assert_non_null(many.bytes);
    memcpy(many.bytes, file.bytes, end);
    for (int i = 0; i < SCANS; i++, many.size += length)
        memcpy(many.bytes + many.size, file.bytes + scan, length);
    memcpy(many.bytes + many.size, file.bytes + end, 2);
    expect_refusal(many.bytes, many.size + 2, PMY_BAD_FILE, "scans");
    pmy_file_free(&many);
    pmy_file_free(&file);
}

static void files_are_read_and_named(void **state)
{
    pmy_picture picture;
    pmy_error error = {0};
    pmy_file file = file_of(0);
    const char *path = folder_write(*state, "a.png", file);
    assert_int_equal(pmy_picture_read(path, &picture, &error), PMY_OK);
    assert_int_equal(picture.width, WIDTH);
    pmy_picture_free(&picture);
    path = folder_file(*state, "none.png");
    assert_failure(pmy_picture_read(path, &picture, &error), PMY_IO, &error, path, "No such file");
    assert_null(picture.pixels);
    file.size /= 2;
    path = folder_write(*state, "half.png", file);
    assert_failure(pmy_picture_read(path, &picture, &error), PMY_BAD_FILE, &error, path, "truncated");
    pmy_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_is_read_exactly),
        cmocka_unit_test(bmp_is_read_exactly),
        cmocka_unit_test(jpeg_is_read_nearly),
        cmocka_unit_test(orientation_comes_from_exif),
        cmocka_unit_test(orientation_comes_from_a_png),
        cmocka_unit_test(a_jpeg_of_printing_inks_is_read),
        cmocka_unit_test(large_jpegs_are_decoded_smaller),
        cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(cut_anywhere_they_are_refused),
        cmocka_unit_test(any_wrong_bit_of_a_png_is_seen),
        cmocka_unit_test(random_damage_is_survived),
        cmocka_unit_test(damage_with_right_checksums_is_survived),
        cmocka_unit_test(huge_promises_are_refused),
        cmocka_unit_test(jpegs_of_many_scans_are_refused),
        cmocka_unit_test_setup_teardown(files_are_read_and_named, folder_new, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
