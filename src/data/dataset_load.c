#include "data/dataset_idx.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { IMAGE_DIMENSIONS = 3, LABEL_DIMENSIONS = 1 };

static pmy_status check_folder(const char *folder, pmy_error *error)
{
    struct stat status;
    bool missing =
        stat(folder, &status) != 0 ? errno == ENOENT || errno == ENOTDIR : !S_ISDIR(status.st_mode);
    return missing ? pmy_fail(error, PMY_IO, "%s: there is no such folder", folder) : PMY_OK;
}

/* Whether something other than a folder has that path (archives of MNIST are
 * about in which a folder has one of the names and a file another). What
 * cannot be told is taken to be there: reading it then says why. */
static bool may_be_file(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 ? errno != ENOENT : !S_ISDIR(status.st_mode);
}

/* The first of the names a file may have, as folder/name; the caller frees it. */
static pmy_status find_file(const char *folder, const char *part, const char *what, size_t dimensions,
                            char **path, pmy_error *error)
{
    static const struct {
        char separator;
        const char *ending;
    } forms[] = {{'-', ""}, {'.', ""}, {'-', ".gz"}, {'.', ".gz"}};
    enum { FORMS = sizeof forms / sizeof forms[0], LONGEST_NAME = 64 };

    size_t capacity = strlen(folder) + LONGEST_NAME;
    *path = malloc(capacity);
    if (!*path)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for a file's name", folder);
    for (size_t i = 0; i < FORMS; i++) {
        (void)snprintf(*path, capacity, "%s/%s-%s%cidx%zu-ubyte%s", folder, part, what, forms[i].separator,
                       dimensions, forms[i].ending);
        if (may_be_file(*path))
            return PMY_OK;
    }
    free(*path);
    *path = NULL;
    return pmy_fail(
        error, PMY_IO,
        "%s: no file %s-%s-idx%zu-ubyte in this folder, nor %s-%s.idx%zu-ubyte, nor either with .gz", folder,
        part, what, dimensions, part, what, dimensions);
}

static pmy_status read_labels(const char *path, pmy_dataset *dataset, pmy_error *error)
{
    pmy_idx idx;
    pmy_status status = pmy_idx_read(path, LABEL_DIMENSIONS, &idx, error);
    if (!status)
        status = pmy_dataset_take_labels(path, &idx, dataset, error);
    pmy_file_free(&idx.file);
    return status;
}

static pmy_status read_images(const char *path, const char *label_path, pmy_dataset *dataset,
                              pmy_error *error)
{
    pmy_idx idx;
    pmy_status status = pmy_idx_read(path, IMAGE_DIMENSIONS, &idx, error);
    if (!status)
        status = pmy_dataset_take_images(path, &idx, label_path, dataset, error);
    if (!status && dataset->images == idx.values)
        dataset->owned_images = idx.file.bytes;
    else
        pmy_file_free(&idx.file);
    return status;
}

pmy_status pmy_dataset_load(const char *folder, pmy_dataset_part part, size_t classes, pmy_dataset *dataset,
                            pmy_error *error)
{
    const char *part_name = part == PMY_DATASET_TRAIN ? "train" : "t10k";
    char *image_path = NULL, *label_path = NULL;
    *dataset = (pmy_dataset){.classes = classes};
    pmy_status status = check_folder(folder, error);
    if (!status)
        status = find_file(folder, part_name, "images", IMAGE_DIMENSIONS, &image_path, error);
    if (!status)
        status = find_file(folder, part_name, "labels", LABEL_DIMENSIONS, &label_path, error);
    /* The small file first: if it is bad, the large one need not be read. */
    if (!status)
        status = read_labels(label_path, dataset, error);
    if (!status)
        status = read_images(image_path, label_path, dataset, error);
    if (status)
        pmy_dataset_free(dataset);
    free(label_path);
    free(image_path);
    return status;
}
