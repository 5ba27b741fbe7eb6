/* IDX files: what is read, and that anything else is refused with the file's name. */
#include "data/idx.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void expect_idx(const char *path, size_t dimensions, const uint32_t *sizes, pmy_file contents)
{
    pmy_error error = {0};
    pmy_idx idx;
    if (pmy_idx_read(path, dimensions, &idx, &error))
        fail_msg("%s", error.message);
    size_t values = 1;
    for (size_t d = 0; d < dimensions; d++) {
        assert_int_equal(idx.sizes[d], sizes[d]);
        values *= sizes[d];
    }
    assert_memory_equal(idx.values, contents.bytes + contents.size - values, values);
    pmy_file_free(&idx.file);
}

static void expect_refusal(const char *path, size_t dimensions, const char *words)
{
    pmy_error error = {0};
    pmy_idx idx;
    pmy_status status = pmy_idx_read(path, dimensions, &idx, &error);
    assert_failure(status, PMY_BAD_FILE, &error, path, words);
    assert_null(idx.values);
    assert_null(idx.file.bytes);
}

/* As a raw file and as a gzip file. */
static void expect_both_refused(test_folder *folder, pmy_file contents, size_t dimensions, const char *words)
{
    expect_refusal(folder_write(folder, "raw", contents), dimensions, words);
    pmy_file gzip = contents_gzip(contents);
    expect_refusal(folder_write(folder, "gzip", gzip), dimensions, words);
    pmy_file_free(&gzip);
}

static void images_and_labels_are_read_raw_and_gzip(void **state)
{
    const uint32_t image_sizes[] = {5, 4, 3}, label_sizes[] = {300};
    const struct {
        size_t dimensions;
        const uint32_t *sizes;
    } cases[] = {{3, image_sizes}, {1, label_sizes}};
    for (size_t i = 0; i < 2; i++) {
        pmy_file contents = contents_idx(cases[i].dimensions, cases[i].sizes, 256);
        pmy_file gzip = contents_gzip(contents);
        expect_idx(folder_write(*state, "raw", contents), cases[i].dimensions, cases[i].sizes, contents);
        expect_idx(folder_write(*state, "gzip", gzip), cases[i].dimensions, cases[i].sizes, contents);
        pmy_file_free(&contents);
        pmy_file_free(&gzip);
    }
}

/* Each type's −2, or 254, and 1.5 where it has that; in as many dimensions as asked for, or one more. */
static void every_type_is_read(void **state)
{
    (void)state;
    static const struct {
        uint8_t type, size, bytes[16];
        double number[2];
    } cases[] = {{PMY_IDX_UNSIGNED_BYTE, 1, {0xfe, 3}, {254, 3}},
                 {PMY_IDX_SIGNED_BYTE, 1, {0xfe, 3}, {-2, 3}},
                 {PMY_IDX_SHORT, 2, {0xff, 0xfe, 1, 0}, {-2, 256}},
                 {PMY_IDX_INT, 4, {0xff, 0xff, 0xff, 0xfe, 0, 1, 0, 0}, {-2, 65536}},
                 {PMY_IDX_FLOAT, 4, {0xc0, 0, 0, 0, 0x3f, 0xc0, 0, 0}, {-2, 1.5}},
                 {PMY_IDX_DOUBLE, 8, {0xc0, 0, 0, 0, 0, 0, 0, 0, 0x3f, 0xf8}, {-2, 1.5}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[12 + 16] = {0, 0, cases[i].type, 2, 0, 0, 0, 1, 0, 0, 0, 2};
        memcpy(bytes + 12, cases[i].bytes, sizeof cases[i].bytes);
        for (size_t asked = 1; asked <= 2; asked++) {
            pmy_idx idx;
            assert_int_equal(pmy_idx_parse("x", bytes, 12 + 2 * (size_t)cases[i].size, asked, &idx, NULL),
                             PMY_OK);
            assert_int_equal(idx.dimensions, 2);
            for (size_t k = 0; k < 2; k++)
                assert_true(pmy_idx_value(&idx, k) == cases[i].number[k]);
        }
    }
}

static void a_wrong_magic_is_shown(void **state)
{
    const uint32_t sizes[] = {2, 2, 2};
    pmy_file images = contents_idx(3, sizes, 10), labels = contents_idx(1, sizes, 10);
    expect_both_refused(*state, labels, 3, "begins with 00 00 08 01, but");
    expect_both_refused(*state, images, 1, "1 dimension begins with 00 00 08 01");
    images.bytes[2] = 0x0a;
    expect_both_refused(*state, images, 3, "begins with 00 00 0a 03, but");
    images.bytes[2] = 8;
    images.bytes[0] = 1;
    expect_both_refused(*state, images, 3, "begins with 01 00 08 03, but");
    pmy_file_free(&images);
    pmy_file_free(&labels);
}

static void what_is_no_idx_is_refused(void **state)
{
    const char *const text = "<html><title>404 Not Found</title></html>\n";
    pmy_file page = contents_of(text, strlen(text)), empty = contents_of("", 0);
    expect_both_refused(*state, page, 3, "wrong magic: begins with 3c 68 74 6d");
    expect_both_refused(*state, empty, 3, "is empty");
    pmy_file_free(&page);
    pmy_file_free(&empty);
}

static void idx_cut_anywhere_is_refused(void **state)
{
    pmy_file contents = contents_idx(3, (uint32_t[]){2, 3, 4}, 256);
    size_t size = contents.size;
    for (contents.size = 1; contents.size < size; contents.size++)
        expect_both_refused(*state, contents, 3, "truncated");
    pmy_file_free(&contents);
}

static void bytes_too_many_are_refused(void **state)
{
    pmy_file contents = contents_idx(3, (uint32_t[]){2, 3, 4}, 256), byte = contents_of("\0", 1);
    pmy_file longer = contents_joined(contents, byte);
    expect_both_refused(*state, longer, 3, "over-long: its header says 24 bytes of values, 25 are there");
    pmy_file_free(&contents);
    pmy_file_free(&byte);
    pmy_file_free(&longer);
}

static void write_size(pmy_file *contents, size_t dimension, uint32_t size)
{
    for (size_t i = 0; i < 4; i++)
        contents->bytes[4 + 4 * dimension + i] = (uint8_t)(size >> (24 - 8 * i));
}

static void sizes_of_zero_are_refused(void **state)
{
    for (size_t zero = 0; zero < 3; zero++) {
        pmy_file contents = contents_idx(3, (uint32_t[]){2, 3, 4}, 256);
        write_size(&contents, zero, 0);
        expect_both_refused(*state, contents, 3, "has size 0");
        pmy_file_free(&contents);
    }
}

/* Left to wrap around, the last product would be 24: what the file holds. */
static void sizes_whose_product_overflows_are_refused(void **state)
{
    static const uint32_t sizes[][3] = {{0xffffffff, 0xffffffff, 0xffffffff},
                                        {0x80000000, 0x80000000, 4},
                                        {0x40000000, 0x40000000, 0x40000000},
                                        {1539092, 1484310, 48448661}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pmy_file contents = contents_idx(3, (uint32_t[]){2, 3, 4}, 256);
        for (size_t d = 0; d < 3; d++)
            write_size(&contents, d, sizes[i][d]);
        expect_both_refused(*state, contents, 3, "overflow");
        pmy_file_free(&contents);
    }
}

static void sizes_beyond_the_file_are_refused(void **state)
{
    pmy_file contents = contents_idx(3, (uint32_t[]){2, 3, 4}, 256);
    write_size(&contents, 0, 0xffffffff);
    write_size(&contents, 1, 0xffffffff);
    write_size(&contents, 2, 1);
    expect_both_refused(*state, contents, 3, "truncated: its header says 18446744065119617025 bytes");
    pmy_file_free(&contents);
}

/* Reads a file that may be damaged: fine, or an error with its name. Returns whether fine. */
static bool read_survives(const char *path, pmy_idx *idx)
{
    pmy_error error = {0};
    pmy_status status = pmy_idx_read(path, 3, idx, &error);
    if (status)
        assert_failure(status, PMY_BAD_FILE, &error, path, ": ");
    else
        assert_int_equal(idx->file.size, 16 + idx->sizes[0] * idx->sizes[1] * idx->sizes[2]);
    return !status;
}

static void any_byte_may_be_wrong(void **state)
{
    pmy_file contents = contents_idx(3, (uint32_t[]){3, 4, 5}, 7), gzip = contents_gzip(contents);
    pmy_idx idx;
    static const uint8_t changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff};
    for (size_t c = 0; c < sizeof changes; c++) {
        const unsigned change = changes[c];
        for (size_t i = 0; i < contents.size; i++) {
            contents.bytes[i] ^= (uint8_t)change;
            bool fine = read_survives(folder_write(*state, "damaged", contents), &idx);
            bool signed_bytes = i == 2 && change == 1;
            assert_int_equal(fine, i >= 16 || signed_bytes);
            pmy_file_free(&idx.file);
            contents.bytes[i] ^= (uint8_t)change;
        }
        for (size_t i = 0; i < gzip.size; i++) {
            gzip.bytes[i] ^= (uint8_t)change;
            /* The time, say, may be another; the contents may not. */
            if (read_survives(folder_write(*state, "damaged", gzip), &idx))
                assert_memory_equal(idx.file.bytes, contents.bytes, contents.size);
            pmy_file_free(&idx.file);
            gzip.bytes[i] ^= (uint8_t)change;
        }
    }
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(images_and_labels_are_read_raw_and_gzip),
        cmocka_unit_test(every_type_is_read),
        IN_FOLDER(a_wrong_magic_is_shown),
        IN_FOLDER(what_is_no_idx_is_refused),
        IN_FOLDER(idx_cut_anywhere_is_refused),
        IN_FOLDER(bytes_too_many_are_refused),
        IN_FOLDER(sizes_of_zero_are_refused),
        IN_FOLDER(sizes_whose_product_overflows_are_refused),
        IN_FOLDER(sizes_beyond_the_file_are_refused),
        IN_FOLDER(any_byte_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
