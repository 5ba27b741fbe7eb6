/* The page hands over the unpacked files of IDX, each once, the labels of a part before its pictures. */
#include "page/pictures.h"

#include "page/answer.h"
#include "page/export.h"
#include "data/dataset_idx.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { CLASSES = 10, IMAGE_DIMENSIONS = 3, LABEL_DIMENSIONS = 1 };

typedef struct part {
    const char *images_name, *labels_name;
    pmy_dataset dataset;
    bool whole; /* its pictures are there, too */
} part;

static part train = {.images_name = "training pictures", .labels_name = "training labels"};
static part test = {.images_name = "test pictures", .labels_name = "test labels"};
static const pmy_dataset none;

const pmy_dataset *pictures_train(void)
{
    return train.whole ? &train.dataset : &none;
}

const pmy_dataset *pictures_test(void)
{
    return test.whole ? &test.dataset : &none;
}

static void answer(const part *p, pmy_status status, const pmy_error *error)
{
    answer_begin();
    if (status == PMY_OK)
        answer_number("count", (double)p->dataset.count);
    else
        answer_error(error);
}

static void take_labels(part *p, uint8_t *bytes, size_t size)
{
    pmy_error error = {0};
    pmy_idx idx;
    assert(!p->whole); /* a run may be looking at them */
    pmy_dataset_free(&p->dataset);
    p->dataset.classes = CLASSES;
    pmy_status status = pmy_idx_parse(p->labels_name, bytes, size, LABEL_DIMENSIONS, &idx, &error);
    if (status == PMY_OK)
        status = pmy_dataset_take_labels(p->labels_name, &idx, &p->dataset, &error);
    if (status != PMY_OK)
        pmy_dataset_free(&p->dataset);
    free(bytes);
    answer(p, status, &error);
}

static void take_images(part *p, uint8_t *bytes, size_t size)
{
    pmy_error error = {0};
    pmy_idx idx;
    assert(!p->whole);
    pmy_status status = pmy_idx_parse(p->images_name, bytes, size, IMAGE_DIMENSIONS, &idx, &error);
    if (status == PMY_OK)
        status = pmy_dataset_take_images(p->images_name, &idx, p->labels_name, &p->dataset, &error);
    p->whole = status == PMY_OK;
    if (p->whole && p->dataset.images == idx.values)
        p->dataset.owned_images = bytes;
    else
        free(bytes);
    answer(p, status, &error);
}

/* Bytes that are handed over are freed here, or kept. */
PAGE_EXPORT(page_pictures_train_labels)(uint8_t *bytes, size_t size)
{
    take_labels(&train, bytes, size);
}

PAGE_EXPORT(page_pictures_train_images)(uint8_t *bytes, size_t size)
{
    take_images(&train, bytes, size);
}

PAGE_EXPORT(page_pictures_test_labels)(uint8_t *bytes, size_t size)
{
    take_labels(&test, bytes, size);
}

PAGE_EXPORT(page_pictures_test_images)(uint8_t *bytes, size_t size)
{
    take_images(&test, bytes, size);
}
