#include "io/file.h"

#include "io/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pmy_status fail_by_system(pmy_error *error, const char *path, int number)
{
    char reason[128];
    if (strerror_r(number, reason, sizeof reason) != 0)
        return pmy_fail(error, PMY_IO, "%s: system error %d", path, number);
    return pmy_fail(error, PMY_IO, "%s: %s", path, reason);
}

/* The size of the open file, once it is known to be one that can be read whole. */
static pmy_status size_of(int descriptor, const char *path, size_t *size, pmy_error *error)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return fail_by_system(error, path, errno);
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

/* Reads until `bytes` [capacity] is full or the file ends. */
static pmy_status read_up_to(int descriptor, const char *path, uint8_t *bytes, size_t capacity, size_t *size,
                             pmy_error *error)
{
    *size = 0;
    while (*size < capacity) {
        ssize_t got = read(descriptor, bytes + *size, capacity - *size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_by_system(error, path, errno);
        if (got == 0)
            break;
        *size += (size_t)got;
    }
    return PMY_OK;
}

static pmy_status read_open_file(int descriptor, const char *path, pmy_file *file, pmy_error *error)
{
    size_t expected = 0;
    pmy_status status = size_of(descriptor, path, &expected, error);
    if (status)
        return status;
    /* Room for one byte more shows a file that grows meanwhile. */
    file->bytes = malloc(expected + 1);
    if (!file->bytes)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for its %zu bytes", path, expected);
    status = read_up_to(descriptor, path, file->bytes, expected + 1, &file->size, error);
    if (!status && file->size != expected)
        status = pmy_fail(error, PMY_IO, "%s: its size changed while it was read", path);
    return status;
}

/* Replaces the compressed bytes by what they expand to. */
static pmy_status expand(const char *path, pmy_file *file, pmy_error *error)
{
    pmy_file compressed = *file;
    *file = (pmy_file){0};
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
        return fail_by_system(error, path, errno);
    pmy_status status = read_open_file(descriptor, path, file, error);
    (void)close(descriptor);
    if (status)
        pmy_file_free(file);
    return status;
}

pmy_status pmy_file_read(const char *path, pmy_file *file, pmy_error *error)
{
    pmy_status status = pmy_file_read_as_it_is(path, file, error);
    if (!status && pmy_is_gzip(file->bytes, file->size))
        status = expand(path, file, error);
    if (status)
        pmy_file_free(file);
    return status;
}

/* Reads until the stream ends, into twice as much room each time that it is full. */
static pmy_status read_to_end(int descriptor, const char *name, size_t most, pmy_file *file, pmy_error *error)
{
    enum { FIRST_ROOM = 1 << 16 };
    size_t got = 0, room = 0;
    pmy_status status = PMY_OK;
    do {
        room = room ? 2 * room : FIRST_ROOM;
        uint8_t *bytes = realloc(file->bytes, room);
        if (!bytes)
            return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for more than %zu bytes", name, file->size);
        file->bytes = bytes;
        status = read_up_to(descriptor, name, bytes + file->size, room - file->size, &got, error);
        file->size += got;
        if (!status && file->size > most)
            return pmy_fail(error, PMY_BAD_FILE, "%s: more than %zu bytes", name, most);
    } while (!status && file->size == room);
    return status;
}

pmy_status pmy_file_read_stream(int descriptor, const char *name, size_t most, pmy_file *file,
                                pmy_error *error)
{
    *file = (pmy_file){0};
    pmy_status status = read_to_end(descriptor, name, most, file, error);
    if (!status && pmy_is_gzip(file->bytes, file->size))
        status = expand(name, file, error);
    if (status)
        pmy_file_free(file);
    return status;
}

void pmy_file_free(pmy_file *file)
{
    free(file->bytes);
    *file = (pmy_file){0};
}
