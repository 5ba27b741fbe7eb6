/* A temporary folder for a test's files, and the bytes to put there. Whatever
 * goes wrong in here fails the test. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include "io/file.h"

typedef struct test_folder {
    char path[256];
    char file[512]; /* what folder_file made last */
} test_folder;

/* For cmocka: a setup that makes *state a new folder, a teardown that removes
 * it with the files and empty folders in it. */
int folder_new(void **state);
int folder_remove(void **state);

/* The path of the file with that name in the folder, until the next call. */
const char *folder_file(test_folder *folder, const char *name);

/* Writes a file into the folder and returns its path as folder_file does. */
const char *folder_write(test_folder *folder, const char *name, pmy_file contents);

/* Bytes that the caller frees with pmy_file_free. */
pmy_file contents_of(const void *bytes, size_t size);
pmy_file contents_joined(pmy_file first, pmy_file second);
pmy_file contents_gzip(pmy_file contents);

/* IDX with these sizes and values 0, 1, 2, … modulo `modulus` (at most 256). */
pmy_file contents_idx(size_t dimensions, const uint32_t *sizes, unsigned modulus);

/* The call failed with that code, and its message begins with the path and
 * holds the words. */
void assert_failure(pmy_status status, pmy_status expected, const pmy_error *error, const char *path,
                    const char *words);

#endif
