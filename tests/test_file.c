/* Reading whole files, raw and gzip. */
#include "io/file.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void expect_contents(const char *path, pmy_file expected)
{
    pmy_error error = {0};
    pmy_file file;
    pmy_status status = pmy_file_read(path, &file, &error);
    if (status)
        fail_msg("%s", error.message);
    assert_non_null(file.bytes);
    assert_int_equal(file.size, expected.size);
    assert_memory_equal(file.bytes, expected.bytes, expected.size);
    pmy_file_free(&file);
}

static void expect_refusal(const char *path, pmy_status expected, const char *words)
{
    pmy_error error = {0};
    pmy_file file;
    pmy_status status = pmy_file_read(path, &file, &error);
    assert_failure(status, expected, &error, path, words);
    assert_null(file.bytes);
    assert_int_equal(file.size, 0);
}

/* Text that deflate shortens, but not to nothing. */
static pmy_file sample_contents(size_t size)
{
    pmy_file contents = contents_of("", 0);
    contents.bytes = realloc(contents.bytes, size);
    assert_non_null(contents.bytes);
    contents.size = size;
    for (size_t i = 0; i < size; i++)
        contents.bytes[i] = (uint8_t)((uint8_t) "pixels"[i % 6] ^ (i / 7 % 3));
    return contents;
}

static void raw_bytes_are_given_as_they_are(void **state)
{
    pmy_file contents = sample_contents(5000);
    expect_contents(folder_write(*state, "raw", contents), contents);
    expect_contents(folder_write(*state, "raw.gz", contents), contents);
    contents.size = 0;
    expect_contents(folder_write(*state, "empty", contents), contents);
    pmy_file_free(&contents);
}

static void gzip_is_told_by_its_magic_bytes(void **state)
{
    pmy_file contents = sample_contents(100000), gzip = contents_gzip(contents);
    expect_contents(folder_write(*state, "a.gz", gzip), contents);
    expect_contents(folder_write(*state, "a", gzip), contents);
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

/* Joins the gzip of contents of these sizes and expects the contents joined. */
static void expect_members(test_folder *folder, const size_t *sizes, size_t members)
{
    pmy_file plain = contents_of("", 0), gzip = contents_of("", 0);
    for (size_t i = 0; i < members; i++) {
        pmy_file contents = sample_contents(sizes[i]), member = contents_gzip(contents);
        pmy_file more_plain = contents_joined(plain, contents), more_gzip = contents_joined(gzip, member);
        pmy_file_free(&plain);
        pmy_file_free(&gzip);
        pmy_file_free(&contents);
        pmy_file_free(&member);
        plain = more_plain;
        gzip = more_gzip;
    }
    expect_contents(folder_write(folder, "members", gzip), plain);
    pmy_file_free(&plain);
    pmy_file_free(&gzip);
}

static void gzip_members_follow_each_other(void **state)
{
    expect_members(*state, (size_t[]){100, 200}, 2);
    expect_members(*state, (size_t[]){70000, 1, 30}, 3);
    expect_members(*state, (size_t[]){1, 1, 1, 1, 1, 1, 1, 50000}, 8);
    expect_members(*state, (size_t[]){50, 1, 100000, 2}, 4);
}

static void empty_members_are_gzip_too(void **state)
{
    pmy_file nothing = contents_of("", 0), something = contents_of("something", 9);
    pmy_file gzip_nothing = contents_gzip(nothing), gzip_something = contents_gzip(something);
    pmy_file first = contents_joined(gzip_nothing, gzip_something);
    pmy_file last = contents_joined(gzip_something, gzip_nothing);
    expect_contents(folder_write(*state, "nothing", gzip_nothing), nothing);
    expect_contents(folder_write(*state, "first", first), something);
    expect_contents(folder_write(*state, "last", last), something);
    pmy_file_free(&nothing);
    pmy_file_free(&something);
    pmy_file_free(&gzip_nothing);
    pmy_file_free(&gzip_something);
    pmy_file_free(&first);
    pmy_file_free(&last);
}

/* By gzip itself, which shortens zeros more than libdeflate does: to one byte of 1029. */
static void what_deflate_shortens_most_is_accepted(void **state)
{
    pmy_file zeros = {.bytes = calloc(1 << 24, 1), .size = 1 << 24};
    assert_non_null(zeros.bytes);
    char command[600];
    const char *path = folder_file(*state, "zeros");
    (void)snprintf(command, sizeof command, "gzip -9n > '%s'", path);
    FILE *gzip = popen(command, "w");
    assert_non_null(gzip);
    assert_int_equal(fwrite(zeros.bytes, 1, zeros.size, gzip), zeros.size);
    assert_int_equal(pclose(gzip), 0);
    expect_contents(path, zeros);
    pmy_file_free(&zeros);
}

static void gzip_cut_anywhere_is_refused(void **state)
{
    pmy_file contents = sample_contents(300), gzip = contents_gzip(contents);
    for (size_t size = 2; size < gzip.size; size++) {
        pmy_file cut = {.bytes = gzip.bytes, .size = size};
        expect_refusal(folder_write(*state, "cut", cut), PMY_BAD_FILE, "truncated");
    }
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

static void wrong_checksums_and_lengths_are_refused(void **state)
{
    pmy_file contents = sample_contents(3000), gzip = contents_gzip(contents);
    for (size_t from_end = 1; from_end <= 8; from_end++)
        for (unsigned bit = 0; bit < 8; bit++) {
            gzip.bytes[gzip.size - from_end] ^= (uint8_t)(1u << bit);
            expect_refusal(folder_write(*state, "wrong", gzip), PMY_BAD_FILE, "damaged");
            gzip.bytes[gzip.size - from_end] ^= (uint8_t)(1u << bit);
        }
    expect_contents(folder_write(*state, "right", gzip), contents);
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

static void a_length_deflate_cannot_reach_is_refused_before_memory_is_asked_for(void **state)
{
    pmy_file contents = sample_contents(100), gzip = contents_gzip(contents);
    size_t reachable = 1032 * gzip.size;
    for (size_t i = 0; i < 4; i++)
        gzip.bytes[gzip.size - 4 + i] = (uint8_t)((reachable + 1) >> 8 * i);
    expect_refusal(folder_write(*state, "liar", gzip), PMY_BAD_FILE, "cannot hold more than");
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

static void zeros_after_gzip_are_padding(void **state)
{
    static const char zeros[600];
    pmy_file contents = sample_contents(100000), gzip = contents_gzip(contents);
    for (size_t count = 1; count < sizeof zeros; count = 2 * count + 1) {
        pmy_error error = {0};
        pmy_file padding = contents_of(zeros, count), both = contents_joined(gzip, padding), read;
        if (pmy_file_read(folder_write(*state, "padded", both), &read, &error))
            fail_msg("%s", error.message);
        assert_int_equal(read.size, contents.size);
        assert_memory_equal(read.bytes, contents.bytes, contents.size);
        pmy_file_free(&read);
        pmy_file_free(&both);
        pmy_file_free(&padding);
    }
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

static void garbage_after_gzip_is_refused(void **state)
{
    pmy_file contents = sample_contents(100000), gzip = contents_gzip(contents);
    const pmy_file garbage[] = {contents_of("\0\0\0\x1", 4), contents_of("\x1f", 1),
                                contents_of("more\n\0\0\0", 8)};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        pmy_file both = contents_joined(gzip, garbage[i]), last = garbage[i];
        expect_refusal(folder_write(*state, "garbage", both), PMY_BAD_FILE, "follow");
        pmy_file_free(&both);
        pmy_file_free(&last);
    }
    pmy_file_free(&contents);
    pmy_file_free(&gzip);
}

static void what_is_no_file_is_refused(void **state)
{
    test_folder *folder = *state;
    expect_refusal(folder_file(folder, "missing"), PMY_IO, "No such file");
    expect_refusal(folder->path, PMY_IO, "is a directory");
    pmy_file contents = sample_contents(10);
    (void)folder_write(folder, "file", contents);
    expect_refusal(folder_file(folder, "file/file"), PMY_IO, "Not a directory");
    assert_int_equal(mkfifo(folder_file(folder, "pipe"), 0600), 0);
    expect_refusal(folder_file(folder, "pipe"), PMY_IO, "not a regular file");
    pmy_file_free(&contents);
}

static void an_unreadable_file_is_refused(void **state)
{
    if (geteuid() == 0)
        skip(); /* root may read anything */
    pmy_file contents = sample_contents(10);
    const char *path = folder_write(*state, "secret", contents);
    assert_int_equal(chmod(path, 0), 0);
    expect_refusal(path, PMY_IO, "Permission denied");
    pmy_file_free(&contents);
}

static void a_file_of_four_gibibytes_is_refused(void **state)
{
    const char *path = folder_file(*state, "huge");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    int holes = ftruncate(fileno(file), (off_t)1 << 32);
    assert_int_equal(fclose(file), 0);
    if (holes != 0)
        skip(); /* no files with holes there */
    expect_refusal(path, PMY_BAD_FILE, "4 GiB");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(raw_bytes_are_given_as_they_are),
        IN_FOLDER(gzip_is_told_by_its_magic_bytes),
        IN_FOLDER(gzip_members_follow_each_other),
        IN_FOLDER(empty_members_are_gzip_too),
        IN_FOLDER(what_deflate_shortens_most_is_accepted),
        IN_FOLDER(gzip_cut_anywhere_is_refused),
        IN_FOLDER(wrong_checksums_and_lengths_are_refused),
        IN_FOLDER(a_length_deflate_cannot_reach_is_refused_before_memory_is_asked_for),
        IN_FOLDER(zeros_after_gzip_are_padding),
        IN_FOLDER(garbage_after_gzip_is_refused),
        IN_FOLDER(what_is_no_file_is_refused),
        IN_FOLDER(an_unreadable_file_is_refused),
        IN_FOLDER(a_file_of_four_gibibytes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
