#define _XOPEN_SOURCE 700 /* for realpath */
#include "io/atomic_file.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for the name of a temporary file. */
#define TEMPORARY_NAME 48
#define MOST_TEMPORARIES 1000

/* How much of the path names the folder, its last slash included. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Opens a new file in the folder of output->path: a descriptor, or −1 and errno.
 * Not mkstemp, whose files nobody but the user may read. */
static int open_temporary(pmy_atomic_file *output)
{
    size_t folder = folder_length(output->path);
    output->temporary = malloc(folder + TEMPORARY_NAME);
    if (!output->temporary)
        return -1;
    memcpy(output->temporary, output->path, folder);
    int descriptor = -1;
    for (int attempt = 0; attempt < MOST_TEMPORARIES; attempt++) {
        (void)snprintf(output->temporary + folder, TEMPORARY_NAME, ".pmy-%ld-%d.tmp", (long)getpid(),
                       attempt);
        descriptor = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            break;
    }
    return descriptor;
}

/* The descriptor to write to: of a new file beside a regular file, with its
 * permissions, or of what is there and is none. −1 and errno on failure. */
static int open_beside(pmy_atomic_file *output, bool exists, const struct stat *old)
{
    if (exists && !S_ISREG(old->st_mode))
        return open(output->path, O_WRONLY | O_CLOEXEC);
    /* A file that may not be written must not be replaced either, though the folder would allow it. */
    if (exists && access(output->path, W_OK) != 0)
        return -1;
    int descriptor = open_temporary(output);
    /* Permissions that cannot be had, on a file system without any, are no reason not to write. */
    if (descriptor >= 0 && exists)
        (void)fchmod(descriptor, old->st_mode & 0777);
    return descriptor;
}

static void forget(pmy_atomic_file *output)
{
    free(output->path);
    free(output->temporary);
    *output = (pmy_atomic_file){0};
}

/* Takes the temporary file away and says why, unless the caller gave up by itself (number 0). */
static pmy_status undo(pmy_atomic_file *output, int number, pmy_error *error)
{
    pmy_status status = PMY_OK;
    if (number == ENOMEM)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", output->named);
    else if (number)
        status = pmy_fail_by_system(error, output->named, "cannot be written: ", number);
    if (output->file)
        (void)fclose(output->file);
    if (output->temporary)
        (void)unlink(output->temporary);
    forget(output);
    return status;
}

pmy_status pmy_atomic_file_begin(const char *path, pmy_atomic_file *output, pmy_error *error)
{
    *output = (pmy_atomic_file){.named = path};
    struct stat old;
    if (!*path)
        return pmy_fail(error, PMY_IO, "a file without a name cannot be written");
    bool exists = stat(path, &old) == 0;
    if (!exists && errno != ENOENT)
        return undo(output, errno, error);
    /* What is written itself needs no other name, and may have none: /dev/stdout where that is a pipe. */
    output->path = exists && S_ISREG(old.st_mode) ? realpath(path, NULL) : strdup(path);
    if (!output->path)
        return undo(output, errno, error);

    int descriptor = open_beside(output, exists, &old);
    if (descriptor < 0) {
        int number = errno;
        /* It was never made, and a file of that name would be somebody else's. */
        free(output->temporary);
        output->temporary = NULL;
        return undo(output, number, error);
    }
    output->file = fdopen(descriptor, "wb");
    if (!output->file) {
        int number = errno;
        (void)close(descriptor);
        return undo(output, number, error);
    }
    return PMY_OK;
}

/* So that the new name, too, survives a loss of power. */
static void sync_folder(const char *path)
{
    size_t length = folder_length(path);
    char *folder = length ? strndup(path, length) : strdup(".");
    if (!folder)
        return;
    int descriptor = open(folder, O_RDONLY | O_CLOEXEC);
    free(folder);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    (void)close(descriptor);
}

/* 0, or what the system says against it. */
static int flush_to_disk(const pmy_atomic_file *output)
{
    if (fflush(output->file) != 0)
        return errno;
    if (ferror(output->file))
        return EIO; /* an earlier write failed; its reason is lost */
    if (output->temporary && fsync(fileno(output->file)) != 0)
        return errno;
    return 0;
}

pmy_status pmy_atomic_file_end(pmy_atomic_file *output, pmy_error *error)
{
    int number = flush_to_disk(output);
    if (number)
        return undo(output, number, error);
    FILE *file = output->file;
    output->file = NULL;
    if (fclose(file) != 0)
        return undo(output, errno, error);
    if (output->temporary) {
        if (rename(output->temporary, output->path) != 0)
            return undo(output, errno, error);
        sync_folder(output->path);
    }
    forget(output);
    return PMY_OK;
}

void pmy_atomic_file_abandon(pmy_atomic_file *output)
{
    (void)undo(output, 0, NULL);
}
