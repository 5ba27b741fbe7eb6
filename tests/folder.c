#include "folder.h"

#include <dirent.h>
#include <libdeflate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

int folder_new(void **state)
{
    test_folder *made = malloc(sizeof *made);
    assert_non_null(made);
    const char *parent = getenv("TMPDIR");
    (void)snprintf(made->path, sizeof made->path, "%s/pmy-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(made->path));
    *state = made;
    return 0;
}

int folder_remove(void **state)
{
    test_folder *old = *state;
    DIR *directory = opendir(old->path);
    assert_non_null(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            assert_int_equal(remove(folder_file(old, entry->d_name)), 0);
    closedir(directory);
    assert_int_equal(rmdir(old->path), 0);
    free(old);
    return 0;
}

const char *folder_file(test_folder *folder, const char *name)
{
    int length = snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
    assert_true(length > 0 && (size_t)length < sizeof folder->file);
    return folder->file;
}

const char *folder_write(test_folder *folder, const char *name, pmy_file contents)
{
    const char *path = folder_file(folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(contents.bytes, 1, contents.size, file), contents.size);
    assert_int_equal(fclose(file), 0);
    return path;
}

static pmy_file contents_new(size_t size)
{
    pmy_file contents = {.bytes = malloc(size + 1), .size = size};
    assert_non_null(contents.bytes);
    return contents;
}

pmy_file contents_of(const void *bytes, size_t size)
{
    pmy_file contents = contents_new(size);
    memcpy(contents.bytes, bytes, size);
    return contents;
}

pmy_file contents_joined(pmy_file first, pmy_file second)
{
    pmy_file contents = contents_new(first.size + second.size);
    memcpy(contents.bytes, first.bytes, first.size);
    memcpy(contents.bytes + first.size, second.bytes, second.size);
    return contents;
}

pmy_file contents_gzip(pmy_file contents)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(9);
    assert_non_null(compressor);
    pmy_file gzip = contents_new(libdeflate_gzip_compress_bound(compressor, contents.size));
    gzip.size = libdeflate_gzip_compress(compressor, contents.bytes, contents.size, gzip.bytes, gzip.size);
    assert_true(gzip.size > 0);
    libdeflate_free_compressor(compressor);
    return gzip;
}

pmy_file contents_idx(size_t dimensions, const uint32_t *sizes, unsigned modulus)
{
    size_t header = 4 + 4 * dimensions, values = 1;
    for (size_t d = 0; d < dimensions; d++)
        values *= sizes[d];
    pmy_file idx = contents_new(header + values);
    memcpy(idx.bytes, (const uint8_t[]){0, 0, 8, (uint8_t)dimensions}, 4);
    for (size_t i = 0; i < 4 * dimensions; i++)
        idx.bytes[4 + i] = (uint8_t)(sizes[i / 4] >> (24 - 8 * (i % 4)));
    for (size_t i = 0; i < values; i++)
        idx.bytes[header + i] = (uint8_t)(i % modulus);
    return idx;
}

void assert_failure(pmy_status status, pmy_status expected, const pmy_error *error, const char *path,
                    const char *words)
{
    assert_int_equal(status, expected);
    assert_int_equal(error->code, expected);
    bool names_path = strncmp(error->message, path, strlen(path)) == 0;
    if (!names_path || !strstr(error->message, words))
        fail_msg("\"%s\" does not begin with \"%s\" or lacks \"%s\"", error->message, path, words);
}
