#include "data/dataset.h"

#include "data/idx.h"

#include <assert.h>
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
    size_t count = dataset->count = idx.sizes[0];
    int32_t *labels = status || count > SIZE_MAX / sizeof *labels ? NULL : malloc(count * sizeof *labels);
    dataset->labels = dataset->owned_labels = labels;
    if (!status && !labels)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu labels", path, count);
    for (size_t row = 0; !status && row < count; row++) {
        labels[row] = idx.values[row];
        if (idx.values[row] >= dataset->classes)
            status =
                pmy_fail(error, PMY_BAD_FILE,
                         "%s: the label in row %zu (the first is 0) is %d, not less than the %zu classes",
                         path, row, idx.values[row], dataset->classes);
    }
    pmy_file_free(&idx.file);
    return status;
}

static pmy_status read_images(const char *path, const char *label_path, pmy_dataset *dataset,
                              pmy_error *error)
{
    pmy_idx idx;
    pmy_status status = pmy_idx_read(path, IMAGE_DIMENSIONS, &idx, error);
    if (status)
        return status;
    dataset->images = idx.values;
    dataset->owned_images = idx.file.bytes;
    dataset->channels = 1;
    dataset->height = idx.sizes[1];
    dataset->width = idx.sizes[2];
    if (idx.sizes[0] != dataset->count)
        return pmy_fail(error, PMY_BAD_FILE, "%s: holds %zu images, but %s holds %zu labels", path,
                        idx.sizes[0], label_path, dataset->count);
    return PMY_OK;
}

pmy_status pmy_dataset_load(const char *folder, pmy_dataset_part part, size_t classes, pmy_dataset *dataset,
                            pmy_error *error)
{
    assert(classes >= 1);
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

void pmy_dataset_free(pmy_dataset *dataset)
{
    free(dataset->owned_images);
    free(dataset->owned_labels);
    free(dataset->owned_names);
    *dataset = (pmy_dataset){0};
}

pmy_status pmy_dataset_split(const pmy_dataset *whole, size_t last, pmy_dataset *front, pmy_dataset *back,
                             pmy_error *error)
{
    if (last >= whole->count)
        return pmy_fail(error, PMY_BAD_ARGUMENT,
                        "%zu of %zu examples cannot be split off: at least one must remain", last,
                        whole->count);
    pmy_dataset view = *whole;
    view.owned_images = view.owned_labels = view.owned_names = NULL;
    size_t begin = whole->count - last;
    *front = *back = view;
    front->count = begin;
    back->count = last;
    back->images += begin * pmy_dataset_features(whole);
    back->labels += begin;
    return PMY_OK;
}

size_t pmy_dataset_features(const pmy_dataset *dataset)
{
    return dataset->channels * dataset->height * dataset->width;
}
