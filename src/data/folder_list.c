#include "data/folder_list.h"

#include "picture/picture.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Folders that come with others: of macOS, of a file server, of Windows, of a file system. */
static const char *const foreign_folders[] = {"__MACOSX", "@eaDir", "$RECYCLE.BIN",
                                              "System Volume Information", "lost+found"};

/* Those that are not read are here too: such a file is a picture that is refused by name. */
static const char *const picture_endings[] = {".png",  ".jpg", ".jpeg", ".jpe",  ".jfif", ".bmp",  ".dib",
                                              ".webp", ".gif", ".tif",  ".tiff", ".heic", ".heif", ".avif"};

static bool is_one_of(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, words[i]) == 0)
            return true;
    return false;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool holds_classes(const char *path)
{
    return is_folder(path) &&
           !is_one_of(pmy_name_of(path), foreign_folders, sizeof foreign_folders / sizeof *foreign_folders);
}

static bool is_idx(const char *path)
{
    static const char *const marks[] = {"-ubyte", "-images-idx", "-images.idx"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strstr(pmy_name_of(path), marks[i]))
            return !is_folder(path);
    return false;
}

static bool decodes(const char *path)
{
    pmy_picture picture;
    pmy_status status = pmy_picture_read(path, &picture, NULL);
    pmy_picture_free(&picture);
    return status == PMY_OK;
}

static bool is_picture(const char *path)
{
    const char *ending = strrchr(pmy_name_of(path), '.');
    if (is_folder(path))
        return false;
    return (ending && is_one_of(ending, picture_endings, sizeof picture_endings / sizeof *picture_endings)) ||
           decodes(path);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* folder/name, which the caller frees; NULL: no memory. */
static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", folder, name);
    return path;
}

const char *pmy_name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* Frees the path, too. */
static void count_stray(pmy_strays *strays, char *path)
{
    if (strays->count++ == 0)
        (void)snprintf(strays->first, sizeof strays->first, "%s", path);
    free(path);
}

static pmy_status list_wanted(const char *folder, bool (*wanted)(const char *path), pmy_folder_list *list,
                              pmy_strays *strays, pmy_error *error)
{
    struct dirent **entry;
    int count = scandir(folder, &entry, is_shown, by_name);
    *list = (pmy_folder_list){0};
    if (count < 0)
        return pmy_fail(error, errno == ENOMEM ? PMY_NO_MEMORY : PMY_IO, "%s: this folder cannot be read",
                        folder);
    list->path = calloc((size_t)count + 1, sizeof *list->path);
    bool taken = list->path != NULL;
    for (int i = 0; i < count; i++) {
        char *path = taken ? join(folder, entry[i]->d_name) : NULL;
        taken = path != NULL;
        if (taken && wanted(path))
            list->path[list->count++] = path;
        else if (taken)
            count_stray(strays, path);
        free(entry[i]);
    }
    free(entry);
    if (taken)
        return PMY_OK;
    pmy_folder_list_free(list);
    return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for the names in it", folder);
}

pmy_status pmy_list_folders(const char *folder, pmy_folder_list *list, pmy_strays *strays, pmy_error *error)
{
    return list_wanted(folder, holds_classes, list, strays, error);
}

pmy_status pmy_list_pictures(const char *folder, pmy_folder_list *list, pmy_strays *strays, pmy_error *error)
{
    return list_wanted(folder, is_picture, list, strays, error);
}

bool pmy_holds_idx(const char *folder)
{
    pmy_folder_list list;
    pmy_strays others = {0};
    if (list_wanted(folder, is_idx, &list, &others, NULL) != PMY_OK)
        return false;
    bool any = list.count > 0;
    pmy_folder_list_free(&list);
    return any;
}

void pmy_folder_list_pass(pmy_folder_list *list, size_t index, pmy_strays *strays)
{
    if (strays)
        count_stray(strays, list->path[index]);
    else
        free(list->path[index]);
    list->count--;
    memmove(list->path + index, list->path + index + 1, (list->count - index) * sizeof *list->path);
}

void pmy_folder_list_free(pmy_folder_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->path[i]);
    free(list->path);
    *list = (pmy_folder_list){0};
}
