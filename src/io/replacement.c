#define _XOPEN_SOURCE 700 /* for realpath */
#include "io/replacement.h"

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

static pmy_status fail_by_system(pmy_error *error, const char *path, int number)
{
    char reason[128];
    if (strerror_r(number, reason, sizeof reason) != 0)
        return pmy_fail(error, PMY_IO, "%s: cannot be written: system error %d", path, number);
    return pmy_fail(error, PMY_IO, "%s: cannot be written: %s", path, reason);
}

/* How much of the path names the folder, its last slash included. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Opens a new file in the folder of replacement->path: a descriptor, or −1 and errno.
 * Not mkstemp, whose files nobody but the user may read. */
static int open_temporary(pmy_replacement *replacement)
{
    size_t folder = folder_length(replacement->path);
    replacement->temporary = malloc(folder + TEMPORARY_NAME);
    if (!replacement->temporary)
        return -1;
    memcpy(replacement->temporary, replacement->path, folder);
    int descriptor = -1;
    for (int attempt = 0; attempt < MOST_TEMPORARIES; attempt++) {
        (void)snprintf(replacement->temporary + folder, TEMPORARY_NAME, ".pmy-%ld-%d.tmp", (long)getpid(),
                       attempt);
        descriptor = open(replacement->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST)
            break;
    }
    return descriptor;
}

/* The descriptor to write to: of a new file beside a regular file, with its
 * permissions, or of what is there and is none. −1 and errno on failure. */
static int open_beside(pmy_replacement *replacement, bool exists, const struct stat *old)
{
    if (exists && !S_ISREG(old->st_mode))
        return open(replacement->path, O_WRONLY | O_CLOEXEC);
    /* A file that may not be written must not be replaced either, though the folder would allow it. */
    if (exists && access(replacement->path, W_OK) != 0)
        return -1;
    int descriptor = open_temporary(replacement);
    /* Permissions that cannot be had, on a file system without any, are no reason not to write. */
    if (descriptor >= 0 && exists)
        (void)fchmod(descriptor, old->st_mode & 0777);
    return descriptor;
}

static void forget(pmy_replacement *replacement)
{
    free(replacement->path);
    free(replacement->temporary);
    *replacement = (pmy_replacement){0};
}

/* Takes the temporary file away and says why, unless the caller gave up by itself (number 0). */
static pmy_status undo(pmy_replacement *replacement, int number, pmy_error *error)
{
    pmy_status status = PMY_OK;
    if (number == ENOMEM)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write it", replacement->named);
    else if (number)
        status = fail_by_system(error, replacement->named, number);
    if (replacement->file)
        (void)fclose(replacement->file);
    if (replacement->temporary)
        (void)unlink(replacement->temporary);
    forget(replacement);
    return status;
}

pmy_status pmy_replacement_begin(const char *path, pmy_replacement *replacement, pmy_error *error)
{
    *replacement = (pmy_replacement){.named = path};
    struct stat old;
    if (!*path)
        return pmy_fail(error, PMY_IO, "a file without a name cannot be written");
    bool exists = stat(path, &old) == 0;
    if (!exists && errno != ENOENT)
        return undo(replacement, errno, error);
    /* What is written itself needs no other name, and may have none: /dev/stdout where that is a pipe. */
    replacement->path = exists && S_ISREG(old.st_mode) ? realpath(path, NULL) : strdup(path);
    if (!replacement->path)
        return undo(replacement, errno, error);

    int descriptor = open_beside(replacement, exists, &old);
    if (descriptor < 0) {
        int number = errno;
        /* It was never made, and a file of that name would be somebody else's. */
        free(replacement->temporary);
        replacement->temporary = NULL;
        return undo(replacement, number, error);
    }
    replacement->file = fdopen(descriptor, "wb");
    if (!replacement->file) {
        int number = errno;
        (void)close(descriptor);
        return undo(replacement, number, error);
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
static int flush_to_disk(const pmy_replacement *replacement)
{
    if (fflush(replacement->file) != 0)
        return errno;
    if (ferror(replacement->file))
        return EIO; /* an earlier write failed; its reason is lost */
    if (replacement->temporary && fsync(fileno(replacement->file)) != 0)
        return errno;
    return 0;
}

pmy_status pmy_replacement_end(pmy_replacement *replacement, pmy_error *error)
{
    int number = flush_to_disk(replacement);
    if (number)
        return undo(replacement, number, error);
    FILE *file = replacement->file;
    replacement->file = NULL;
    if (fclose(file) != 0)
        return undo(replacement, errno, error);
    if (replacement->temporary) {
        if (rename(replacement->temporary, replacement->path) != 0)
            return undo(replacement, errno, error);
        sync_folder(replacement->path);
    }
    forget(replacement);
    return PMY_OK;
}

void pmy_replacement_abandon(pmy_replacement *replacement)
{
    (void)undo(replacement, 0, NULL);
}
