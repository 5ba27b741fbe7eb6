#include "data/dataset_idx.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The columns of a label file of QMNIST, of which the first is the class
 * (https://github.com/facebookresearch/qmnist); more classes than that are no classes. */
enum { QMNIST_COLUMNS = 8, MOST_CLASSES = 1000000 };

pmy_status pmy_dataset_take_labels(const char *name, const pmy_idx *idx, pmy_dataset *dataset,
                                   pmy_error *error)
{
    pmy_status status = PMY_OK;
    size_t count = dataset->count = idx->sizes[0];
    int32_t *labels = count > SIZE_MAX / sizeof *labels ? NULL : malloc(count * sizeof *labels);
    dataset->labels = dataset->owned_labels = labels;
    if (!labels)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu labels", name, count);
    size_t classes = dataset->classes, columns = idx->dimensions == 2 ? idx->sizes[1] : 1;
    if (!status && columns != 1 && columns != QMNIST_COLUMNS)
        status = pmy_fail(error, PMY_BAD_FILE,
                          "%s: %zu numbers a label; a label is one number, or the first of QMNIST's %d", name,
                          columns, QMNIST_COLUMNS);
    for (size_t row = 0; !status && row < count; row++) {
        double label = pmy_idx_value(idx, row * columns);
        if (!(label >= 0 && label < MOST_CLASSES && label == floor(label)))
            return pmy_fail(error, PMY_BAD_FILE,
                            "%s: the label in row %zu (the first is 0) is %g, not a whole number of 0 to %d",
                            name, row, label, MOST_CLASSES - 1);
        labels[row] = (int32_t)label;
        if (classes == 0 && (size_t)label >= dataset->classes)
            dataset->classes = (size_t)label + 1;
        else if ((size_t)label >= dataset->classes)
            status =
                pmy_fail(error, PMY_BAD_FILE,
                         "%s: the label in row %zu (the first is 0) is %d, not less than the %zu classes",
                         name, row, labels[row], dataset->classes);
    }
    return status;
}

/* Pictures [count, height, width, channels] of any type as bytes or reals [count, channels, height, width].
 */
static pmy_status rearrange(const char *name, const pmy_idx *idx, size_t pixels, pmy_dataset *dataset,
                            pmy_error *error)
{
    size_t channels = dataset->channels, total = dataset->count * pixels * channels;
    bool bytes = idx->type == PMY_IDX_UNSIGNED_BYTE;
    float scale = idx->type == PMY_IDX_FLOAT || idx->type == PMY_IDX_DOUBLE ? 1 : 255;
    uint8_t *images = bytes ? malloc(total) : NULL;
    float *reals = !bytes && total <= SIZE_MAX / sizeof *reals ? malloc(total * sizeof *reals) : NULL;
    dataset->images = dataset->owned_images = images;
    dataset->reals = dataset->owned_reals = reals;
    if (!images && !reals)
        return pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu images", name, dataset->count);
    for (size_t i = 0; i < total; i++) {
        size_t example = i / (pixels * channels), channel = i / pixels % channels, pixel = i % pixels;
        size_t from = (example * pixels + pixel) * channels + channel;
        if (images)
            images[i] = idx->values[from];
        else
            reals[i] = (float)pmy_idx_value(idx, from) / scale;
    }
    return PMY_OK;
}

pmy_status pmy_dataset_take_images(const char *name, const pmy_idx *idx, const char *label_name,
                                   pmy_dataset *dataset, pmy_error *error)
{
    dataset->channels = idx->dimensions == 4 ? idx->sizes[3] : 1;
    dataset->height = idx->sizes[1];
    dataset->width = idx->sizes[2];
    if (idx->sizes[0] != dataset->count)
        return pmy_fail(error, PMY_BAD_FILE, "%s: holds %zu images, but %s holds %zu labels", name,
                        idx->sizes[0], label_name, dataset->count);
    if (dataset->channels != 1 && dataset->channels != 3)
        return pmy_fail(error, PMY_BAD_FILE,
                        "%s: images of %zux%zux%zu; the last size is that of the colours, 1 or 3", name,
                        idx->sizes[1], idx->sizes[2], idx->sizes[3]);
    if (dataset->channels > 1 || idx->type != PMY_IDX_UNSIGNED_BYTE)
        return rearrange(name, idx, dataset->height * dataset->width, dataset, error);
    dataset->images = idx->values;
    return PMY_OK;
}

void pmy_dataset_free(pmy_dataset *dataset)
{
    free(dataset->owned_images);
    free(dataset->owned_labels);
    free(dataset->owned_names);
    free(dataset->owned_reals);
    free(dataset->owned_targets);
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
    view.owned_images = view.owned_labels = view.owned_names = view.owned_reals = view.owned_targets = NULL;
    size_t begin = whole->count - last, features = pmy_dataset_features(whole);
    *front = *back = view;
    front->count = begin;
    back->count = last;
    back->images = view.images ? view.images + begin * features : NULL;
    back->reals = view.reals ? view.reals + begin * features : NULL;
    back->labels = view.labels ? view.labels + begin : NULL;
    back->targets = view.targets ? view.targets + begin * view.target_width : NULL;
    return PMY_OK;
}

pmy_shape pmy_dataset_shape(const pmy_dataset *dataset)
{
    return dataset->channels || dataset->height
               ? PMY_SHAPE(dataset->channels, dataset->height, dataset->width)
               : PMY_SHAPE(dataset->width);
}

size_t pmy_dataset_features(const pmy_dataset *dataset)
{
    return pmy_shape_size(pmy_dataset_shape(dataset));
}

static pmy_status check_finite(const char *what, const float *rows /* [end, width] */, size_t first,
                               size_t end, size_t width, pmy_error *error)
{
    for (size_t row = first; rows && row < end; row++)
        for (size_t i = 0; i < width; i++) {
            float number = rows[row * width + i];
            if (!isfinite(number))
                return pmy_fail(error, PMY_BAD_DATA, "example %zu, %s %zu (the first is 0): %s", row, what, i,
                                isnan(number) ? "not a number" : "infinite");
        }
    return PMY_OK;
}

pmy_status pmy_dataset_check(const pmy_dataset *dataset, size_t first, size_t count, pmy_error *error)
{
    pmy_shape shape = pmy_dataset_shape(dataset);
    if (!dataset->images == !dataset->reals)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a dataset has images or reals, one of the two");
    if (dataset->labels && dataset->targets)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "a dataset has labels or targets, not both");
    if (!pmy_shape_valid(shape) || dataset->width == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "examples of %s have no shape", pmy_shape_print(shape).text);
    if (dataset->targets && dataset->target_width == 0)
        return pmy_fail(error, PMY_BAD_ARGUMENT, "targets without a target in them");
    pmy_status status =
        check_finite("column", dataset->reals, first, first + count, pmy_shape_size(shape), error);
    if (status == PMY_OK)
        status = check_finite("target", dataset->targets, first, first + count, dataset->target_width, error);
    return status;
}

void pmy_dataset_pixels(const pmy_dataset *dataset, size_t example, uint8_t *pixels)
{
    size_t features = pmy_dataset_features(dataset);
    if (dataset->images)
        memcpy(pixels, dataset->images + example * features, features);
    for (size_t i = 0; dataset->reals && i < features; i++) {
        float shade = dataset->reals[example * features + i] * 255 + 0.5f;
        pixels[i] = (uint8_t)(shade > 0 ? shade < 255 ? shade : 255 : 0);
    }
}
