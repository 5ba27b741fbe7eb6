#include "common/output_folder.h"

#include "io/atomic_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0, or what the system says against it. */
static int make_one(const char *path)
{
    struct stat there;
    if (mkdir(path, 0777) == 0)
        return 0;
    int number = errno;
    if (stat(path, &there) != 0)
        return number;
    return S_ISDIR(there.st_mode) ? 0 : ENOTDIR;
}

pmy_status output_folder_make(const char *folder, pmy_error *error)
{
    char *path = strdup(folder);
    if (!path)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to make it", folder);
    int number = *folder ? 0 : ENOENT;
    for (char *end = path; number == 0 && *end; end++) {
        if (end == path || *end != '/')
            continue;
        *end = '\0';
        number = make_one(path);
        *end = '/';
    }
    if (number == 0)
        number = make_one(path);
    /* Better said now than after hours of work. */
    if (number == 0 && access(path, W_OK | X_OK) != 0)
        number = errno;
    free(path);
    return number ? pmy_fail(error, PMY_IO, "%s: no folder to write to: %s", folder, strerror(number))
                  : PMY_OK;
}

char *output_folder_path(const char *folder, const char *name, pmy_error *error)
{
    size_t room = strlen(folder) + strlen(name) + 2;
    char *path = malloc(room);
    if (path)
        (void)snprintf(path, room, "%s/%s", folder, name);
    else
        (void)pmy_fail(error, PMY_NO_MEMORY, "%s: no memory to write %s", folder, name);
    return path;
}

pmy_status output_folder_write(const char *folder, const char *name,
                               void (*put)(FILE *file, const void *context), const void *context,
                               pmy_error *error)
{
    char *path = output_folder_path(folder, name, error);
    if (!path)
        return PMY_NO_MEMORY;
    pmy_atomic_file output;
    pmy_status status = pmy_atomic_file_begin(path, &output, error);
    if (status == PMY_OK) {
        put(output.file, context);
        status = pmy_atomic_file_end(&output, error);
    }
    free(path);
    return status;
}

pmy_status output_folder_draw(const char *folder, const char *name, svg *picture, pmy_error *error)
{
    char *path = output_folder_path(folder, name, error);
    pmy_status status = path ? svg_write(picture, path, error) : PMY_NO_MEMORY;
    free(path);
    return status;
}
