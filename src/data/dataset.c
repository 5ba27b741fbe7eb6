#include "data/dataset_idx.h"

#include <stdlib.h>

pmy_status pmy_dataset_take_labels(const char *name, const pmy_idx *idx, pmy_dataset *dataset,
                                   pmy_error *error)
{
    pmy_status status = PMY_OK;
    size_t count = dataset->count = idx->sizes[0];
    int32_t *labels = count > SIZE_MAX / sizeof *labels ? NULL : malloc(count * sizeof *labels);
    dataset->labels = dataset->owned_labels = labels;
    if (!labels)
        status = pmy_fail(error, PMY_NO_MEMORY, "%s: no memory for %zu labels", name, count);
    for (size_t row = 0; !status && row < count; row++) {
        labels[row] = idx->values[row];
        if (idx->values[row] >= dataset->classes)
            status =
                pmy_fail(error, PMY_BAD_FILE,
                         "%s: the label in row %zu (the first is 0) is %d, not less than the %zu classes",
                         name, row, idx->values[row], dataset->classes);
    }
    return status;
}

pmy_status pmy_dataset_take_images(const char *name, const pmy_idx *idx, const char *label_name,
                                   pmy_dataset *dataset, pmy_error *error)
{
    dataset->images = idx->values;
    dataset->channels = 1;
    dataset->height = idx->sizes[1];
    dataset->width = idx->sizes[2];
    if (idx->sizes[0] != dataset->count)
        return pmy_fail(error, PMY_BAD_FILE, "%s: holds %zu images, but %s holds %zu labels", name,
                        idx->sizes[0], label_name, dataset->count);
    return PMY_OK;
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
