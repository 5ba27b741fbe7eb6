/* Finding, loading and splitting datasets. */
#include "data/dataset.h"

#include "data/idx.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *const image_names[] = {"train-images-idx3-ubyte", "train-images.idx3-ubyte",
                                          "train-images-idx3-ubyte.gz", "train-images.idx3-ubyte.gz"};
static const char *const label_names[] = {"train-labels-idx1-ubyte", "train-labels.idx1-ubyte",
                                          "train-labels-idx1-ubyte.gz", "train-labels.idx1-ubyte.gz"};
enum { NAMES = 4 };

static void write_images(test_folder *folder, const char *name, uint32_t count, uint32_t height,
                         uint32_t width)
{
    pmy_file images = contents_idx(3, (uint32_t[]){count, height, width}, 256);
    (void)folder_write(folder, name, images);
    pmy_file_free(&images);
}

static void write_labels(test_folder *folder, const char *name, uint32_t count, unsigned classes)
{
    pmy_file labels = contents_idx(1, &count, classes);
    (void)folder_write(folder, name, labels);
    pmy_file_free(&labels);
}

static void load(test_folder *folder, pmy_dataset *dataset)
{
    pmy_error error = {0};
    if (pmy_dataset_load(folder->path, PMY_DATASET_TRAIN, 10, dataset, &error))
        fail_msg("%s", error.message);
}

static void assert_empty(const pmy_dataset *dataset)
{
    static const pmy_dataset empty;
    assert_memory_equal(dataset, &empty, sizeof empty);
}

/* The message begins with the path of `name` in the folder, or with the folder's if NULL. */
static void expect_refusal(test_folder *folder, const char *name, pmy_status expected, const char *words)
{
    pmy_error error = {0};
    pmy_dataset dataset;
    pmy_status status = pmy_dataset_load(folder->path, PMY_DATASET_TRAIN, 10, &dataset, &error);
    assert_failure(status, expected, &error, name ? folder_file(folder, name) : folder->path, words);
    assert_empty(&dataset);
}

static void mnist_is_there(void **state)
{
    (void)state;
    static const struct {
        pmy_dataset_part part;
        size_t count;
        int first_labels[10];
    } parts[] = {{PMY_DATASET_TRAIN, 60000, {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}},
                 {PMY_DATASET_TEST, 10000, {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}}};
    for (size_t i = 0; i < 2; i++) {
        pmy_error error = {0};
        pmy_dataset mnist;
        if (pmy_dataset_load("data/mnist", parts[i].part, 10, &mnist, &error))
            fail_msg("%s", error.message);
        assert_int_equal(mnist.count, parts[i].count);
        assert_int_equal(mnist.channels, 1);
        assert_int_equal(mnist.height, 28);
        assert_int_equal(mnist.width, 28);
        assert_int_equal(mnist.classes, 10);
        assert_int_equal(pmy_dataset_features(&mnist), 784);
        for (size_t row = 0; row < 10; row++)
            assert_int_equal(mnist.labels[row], parts[i].first_labels[row]);
        pmy_dataset_free(&mnist);
        assert_empty(&mnist);
    }
}

static void every_name_is_found(void **state)
{
    for (size_t i = 0; i < NAMES; i++)
        for (size_t l = 0; l < NAMES; l++) {
            write_images(*state, image_names[i], 12, 3, 2);
            write_labels(*state, label_names[l], 12, 10);
            pmy_dataset dataset;
            load(*state, &dataset);
            assert_int_equal(dataset.count, 12);
            assert_int_equal(dataset.height, 3);
            assert_int_equal(dataset.width, 2);
            assert_int_equal(dataset.images[71], 71);
            assert_int_equal(dataset.labels[11], 1);
            pmy_dataset_free(&dataset);
            assert_int_equal(remove(folder_file(*state, image_names[i])), 0);
            assert_int_equal(remove(folder_file(*state, label_names[l])), 0);
        }
}

static void parts_are_told_apart(void **state)
{
    test_folder *folder = *state;
    write_images(folder, "t10k-images-idx3-ubyte", 3, 2, 2);
    write_labels(folder, "t10k-labels-idx1-ubyte", 3, 10);
    pmy_error error = {0};
    pmy_dataset dataset;
    assert_int_equal(pmy_dataset_load(folder->path, PMY_DATASET_TEST, 10, &dataset, &error), PMY_OK);
    assert_int_equal(dataset.count, 3);
    pmy_dataset_free(&dataset);
    expect_refusal(folder, NULL, PMY_IO, "train-images-idx3-ubyte");
}

static void raw_is_preferred(void **state)
{
    for (uint32_t i = NAMES; i-- > 0;) {
        write_images(*state, image_names[i], i + 1, 1, 1);
        write_labels(*state, label_names[i], i + 1, 10);
        pmy_dataset dataset;
        load(*state, &dataset);
        assert_int_equal(dataset.count, i + 1);
        pmy_dataset_free(&dataset);
    }
}

static void a_folder_of_that_name_is_passed_over(void **state)
{
    write_labels(*state, label_names[0], 5, 10);
    assert_int_equal(mkdir(folder_file(*state, image_names[0]), 0700), 0);
    expect_refusal(*state, NULL, PMY_IO, "no file train-images-idx3-ubyte in this folder");
    write_images(*state, image_names[1], 5, 1, 1);
    pmy_dataset dataset;
    load(*state, &dataset);
    assert_int_equal(dataset.count, 5);
    pmy_dataset_free(&dataset);
}

static void what_is_missing_is_named(void **state)
{
    expect_refusal(
        *state, NULL, PMY_IO,
        ": no file train-images-idx3-ubyte in this folder, nor train-images.idx3-ubyte, nor either with .gz");
    write_images(*state, image_names[2], 5, 1, 1);
    expect_refusal(*state, NULL, PMY_IO, ": no file train-labels-idx1-ubyte in this folder");

    test_folder missing = *(test_folder *)*state;
    (void)strncat(missing.path, "/missing", sizeof missing.path - strlen(missing.path) - 1);
    expect_refusal(&missing, NULL, PMY_IO, "there is no such folder");
    test_folder file = *(test_folder *)*state;
    (void)strncat(file.path, "/train-images-idx3-ubyte.gz", sizeof file.path - strlen(file.path) - 1);
    expect_refusal(&file, NULL, PMY_IO, "there is no such folder");
}

static void counts_that_differ_are_refused(void **state)
{
    write_images(*state, image_names[0], 5, 2, 2);
    write_labels(*state, label_names[0], 6, 10);
    expect_refusal(*state, image_names[0], PMY_BAD_FILE, "holds 5 images, but ");
    expect_refusal(*state, image_names[0], PMY_BAD_FILE, "train-labels-idx1-ubyte holds 6 labels");
    write_labels(*state, label_names[0], 4, 10);
    expect_refusal(*state, image_names[0], PMY_BAD_FILE, "train-labels-idx1-ubyte holds 4 labels");
}

static void labels_beyond_the_classes_are_refused(void **state)
{
    test_folder *folder = *state;
    write_images(folder, image_names[0], 30, 1, 1);
    write_labels(folder, label_names[0], 30, 11); /* 0 … 10, 0 … 10, 0 … 7 */
    expect_refusal(folder, label_names[0], PMY_BAD_FILE, "row 10 (the first is 0) is 10");

    pmy_error error = {0};
    pmy_dataset dataset;
    assert_int_equal(pmy_dataset_load(folder->path, PMY_DATASET_TRAIN, 11, &dataset, &error), PMY_OK);
    assert_int_equal(dataset.labels[10], 10);
    pmy_dataset_free(&dataset);
    pmy_status status = pmy_dataset_load(folder->path, PMY_DATASET_TRAIN, 1, &dataset, &error);
    assert_failure(status, PMY_BAD_FILE, &error, folder_file(folder, label_names[0]), "row 1 ");
}

static void classes_may_follow_the_labels(void **state)
{
    test_folder *folder = *state;
    write_images(folder, image_names[0], 30, 1, 1);
    write_labels(folder, label_names[0], 30, 26);
    pmy_error error = {0};
    pmy_dataset dataset;
    assert_int_equal(pmy_dataset_load(folder->path, PMY_DATASET_TRAIN, 0, &dataset, &error), PMY_OK);
    assert_int_equal(dataset.classes, 26);
    assert_int_equal(dataset.labels[25], 25);
    assert_int_equal(dataset.labels[29], 3);
    pmy_dataset_free(&dataset);
}

/* Two pictures of 1×2 in three colours; labels as QMNIST has them, but of bytes. */
static void colours_and_rows_of_labels_are_read(void **state)
{
    static const uint8_t expected[12] = {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11};
    pmy_file images = contents_idx(4, (uint32_t[]){2, 1, 2, 3}, 256);
    pmy_file labels = contents_idx(2, (uint32_t[]){2, 8}, 9), wrong = contents_idx(2, (uint32_t[]){2, 5}, 9);
    (void)folder_write(*state, image_names[0], images);
    (void)folder_write(*state, label_names[0], labels);
    pmy_dataset dataset;
    load(*state, &dataset);
    assert_int_equal(dataset.channels, 3);
    assert_memory_equal(dataset.images, expected, 12);
    assert_int_equal(dataset.labels[0], 0);
    assert_int_equal(dataset.labels[1], 8);
    pmy_dataset_free(&dataset);
    images.bytes[2] = PMY_IDX_SIGNED_BYTE;
    (void)folder_write(*state, image_names[0], images);
    load(*state, &dataset);
    assert_null(dataset.images);
    assert_true(dataset.reals[1] == 3 / 255.0f);
    pmy_dataset_free(&dataset);
    (void)folder_write(*state, label_names[0], wrong);
    expect_refusal(*state, label_names[0], PMY_BAD_FILE, "5 numbers a label");
    pmy_file_free(&images);
    pmy_file_free(&labels);
    pmy_file_free(&wrong);
}

static void bad_files_are_named(void **state)
{
    write_images(*state, image_names[2], 5, 2, 2);
    write_images(*state, label_names[2], 5, 2, 2);
    expect_refusal(*state, label_names[2], PMY_BAD_FILE, "wrong magic");
    write_labels(*state, label_names[2], 5, 10);
    write_labels(*state, image_names[2], 5, 10);
    expect_refusal(*state, image_names[2], PMY_BAD_FILE, "wrong magic");
}

static void the_last_examples_are_split_off(void **state)
{
    write_images(*state, image_names[0], 10, 3, 2);
    write_labels(*state, label_names[0], 10, 10);
    pmy_dataset whole, front, back;
    pmy_error error = {0};
    load(*state, &whole);
    for (size_t last = 0; last < 10; last++) {
        assert_int_equal(pmy_dataset_split(&whole, last, &front, &back, &error), PMY_OK);
        assert_int_equal(front.count, 10 - last);
        assert_int_equal(back.count, last);
        assert_ptr_equal(front.images, whole.images);
        assert_ptr_equal(front.labels, whole.labels);
        assert_ptr_equal(back.images, whole.images + 6 * (10 - last));
        assert_ptr_equal(back.labels, whole.labels + (10 - last));
        assert_int_equal(back.height, 3);
        assert_int_equal(front.classes, 10);
        pmy_dataset_free(&front);
        pmy_dataset_free(&back);
    }
    assert_int_equal(whole.images[59], 59);
    assert_int_equal(pmy_dataset_split(&whole, 10, &front, &back, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "10 of 10 examples"));
    assert_int_equal(pmy_dataset_split(&whole, SIZE_MAX, &front, &back, &error), PMY_BAD_ARGUMENT);
    pmy_dataset_free(&whole);
}

/* More examples than MNIST has, or 16 bits count. */
static void a_large_dataset_is_split_where_it_says(void **state)
{
    (void)state;
    enum { LARGE = 200000 };
    static uint8_t images[LARGE];
    static int32_t labels[LARGE];
    for (size_t i = 0; i < LARGE; i++)
        labels[i] = (int32_t)i, images[i] = (uint8_t)(i % 251);
    const pmy_dataset whole = {.images = images,
                               .labels = labels,
                               .count = LARGE,
                               .channels = 1,
                               .height = 1,
                               .width = 1,
                               .classes = LARGE};
    for (size_t last = 1000; last < LARGE; last += 9000) {
        pmy_dataset front, back;
        assert_int_equal(pmy_dataset_split(&whole, last, &front, &back, NULL), PMY_OK);
        assert_int_equal(front.labels[front.count - 1] + 1, LARGE - last);
        assert_int_equal(back.labels[0], LARGE - last);
        assert_int_equal(back.images[0], (LARGE - last) % 251);
    }
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_new, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mnist_is_there),
        IN_FOLDER(every_name_is_found),
        IN_FOLDER(parts_are_told_apart),
        IN_FOLDER(raw_is_preferred),
        IN_FOLDER(a_folder_of_that_name_is_passed_over),
        IN_FOLDER(what_is_missing_is_named),
        IN_FOLDER(counts_that_differ_are_refused),
        IN_FOLDER(labels_beyond_the_classes_are_refused),
        IN_FOLDER(classes_may_follow_the_labels),
        IN_FOLDER(colours_and_rows_of_labels_are_read),
        IN_FOLDER(bad_files_are_named),
        IN_FOLDER(the_last_examples_are_split_off),
        cmocka_unit_test(a_large_dataset_is_split_where_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
