#include "io/file.h"

#include "io/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

pmy_status pmy_fail_by_system(pmy_error *error, const char *path, const char *what, int number)
{
    char reason[128];
    if (strerror_r(number, reason, sizeof reason) != 0)
        (void)snprintf(reason, sizeof reason, "system error %d", number);
    return pmy_fail(error, PMY_IO, "%s: %s%s", path, what, reason);
}

/* The size of the open file, once it is known to be one that can be read whole. */
static pmy_status size_of(int descriptor, const char *path, size_t *size, pmy_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return pmy_fail_by_system(error, path, "", errno);
    if (S_ISDIR(status.st_mode))
        return pmy_fail(error, PMY_IO, "%s: is a directory, not a file", path);
    if (!S_ISREG(status.st_mode))
        return pmy_fail(error, PMY_IO, "%s: is not a regular file", path);
    if ((uintmax_t)status.st_size > PMY_FILE_LIMIT)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: %ju bytes are too many: files of 4 GiB or more are not read", path,
                        (uintmax_t)status.st_size);
    *size = (size_t)status.st_size;
    return PMY_OK;
}

/* Reads to the end: first into `room` bytes, then into twice as many each time that they are full. */
static pmy_status read_to_end(int descriptor, const char *name, size_t room, size_t most, pmy_file *file,
                              pmy_error *error)
{
    ssize_t got;
    do {
        if (!file->bytes || file->size == room) {
            room = file->bytes ? 2 * room : room;
            uint8_t *bytes = realloc(file->bytes, room);
            if (!bytes)
                return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu bytes", name, room);
            file->bytes = bytes;
        }
        got = read(descriptor, file->bytes + file->size, room - file->size);
        if (got < 0 && errno != EINTR)
            return pmy_fail_by_system(error, name, "", errno);
        file->size += got > 0 ? (size_t)got : 0;
        if (file->size > most)
            return pmy_fail(error, PMY_BAD_FILE, "%s: more than %zu bytes", name, most);
    } while (got != 0);
    return PMY_OK;
}

static pmy_status read_open_file(int descriptor, const char *path, pmy_file *file, pmy_error *error)
{
    size_t expected = 0;
    pmy_status status = size_of(descriptor, path, &expected, error);
    /* Room for one byte more shows the end, or a file that grows meanwhile. */
    if (!status)
        status = read_to_end(descriptor, path, expected + 1, expected, file, error);
    if (file->size > expected || (!status && file->size < expected))
        status = pmy_fail(error, PMY_IO, "%s: its size changed while it was read", path);
    return status;
}

/* Replaces bytes that are gzip by what they expand to; *file is empty after an error. */
static pmy_status expand_gzip(const char *path, pmy_file *file, pmy_error *error)
{
    if (!pmy_is_gzip(file->bytes, file->size))
        return PMY_OK;
    pmy_file compressed = *file;
    pmy_status status = pmy_gzip_expand(path, compressed.bytes, compressed.size, file, error);
    pmy_file_free(&compressed);
    return status;
}

pmy_status pmy_file_read_as_it_is(const char *path, pmy_file *file, pmy_error *error)
{
    *file = (pmy_file){0};
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer. */
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return pmy_fail_by_system(error, path, "", errno);
    pmy_status status = read_open_file(descriptor, path, file, error);
    (void)close(descriptor);
    if (status)
        pmy_file_free(file);
    return status;
}

pmy_status pmy_file_read(const char *path, pmy_file *file, pmy_error *error)
{
    pmy_status status = pmy_file_read_as_it_is(path, file, error);
    return status ? status : expand_gzip(path, file, error);
}

pmy_status pmy_file_read_stream(int descriptor, const char *name, size_t most, pmy_file *file,
                                pmy_error *error)
{
    enum { FIRST_ROOM = 1 << 16 };
    *file = (pmy_file){0};
    pmy_status status = read_to_end(descriptor, name, FIRST_ROOM, most, file, error);
    if (!status)
        return expand_gzip(name, file, error);
    pmy_file_free(file);
    return status;
}

void pmy_file_free(pmy_file *file)
{
    free(file->bytes);
    *file = (pmy_file){0};
}
