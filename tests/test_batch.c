/* Also in double and quad. */
/* Gathering batches. */
#include "data/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Every byte becomes exactly (byte / 255 − mean) / deviation with each operation rounded to the scalar. */
static void bytes_become_exact_numbers(void **state)
{
    (void)state;
    enum { FEATURES = 256 + 255 }; /* every byte, in a length that leaves a rest for any width of vector */
    static const pmy_normalization normalizations[] = {
        {0, 1}, {(pmy_real)0.1307, (pmy_real)0.3081}, {(pmy_real)0.5, (pmy_real)1 / 3}};
    uint8_t image[FEATURES];
    for (unsigned i = 0; i < FEATURES; i++)
        image[i] = (uint8_t)i;
    const pmy_dataset dataset = {.images = image, .count = 1, .channels = 1, .height = 1, .width = FEATURES};
    const uint32_t index = 0;
    pmy_real x[FEATURES];
    pmy_gather(&dataset, &index, 0, 1, NULL, x, NULL);
    for (unsigned i = 0; i < FEATURES; i++)
        assert_true(x[i] == (pmy_real)image[i] / 255);
    for (unsigned k = 0; k < 3; k++) {
        const pmy_normalization *n = &normalizations[k];
        pmy_gather(&dataset, &index, 0, 1, n, x, NULL);
        for (unsigned i = 0; i < FEATURES; i++)
            assert_true(x[i] == ((pmy_real)image[i] / 255 - n->mean) / n->deviation);
    }
}

enum { COUNT = 11, MOST_FEATURES = 131, ROWS = 7 };

typedef struct storage {
    uint8_t images[COUNT * MOST_FEATURES];
    int32_t labels[COUNT];
} storage;

/* [COUNT, channels, 1, width] with bytes and labels that tell the rows apart. */
static pmy_dataset make(storage *examples, size_t channels, size_t width)
{
    for (size_t i = 0; i < COUNT * channels * width; i++)
        examples->images[i] = (uint8_t)(i * 7 + i / (channels * width));
    for (int32_t i = 0; i < COUNT; i++)
        examples->labels[i] = 100 + i;
    return (pmy_dataset){.images = examples->images,
                         .labels = examples->labels,
                         .count = COUNT,
                         .channels = channels,
                         .height = 1,
                         .width = width,
                         .classes = 100 + COUNT};
}

static const uint32_t indices[ROWS] = {3, 10, 0, 3, 3, 7, 9};

static void expect_row(const pmy_dataset *dataset, uint32_t index, const pmy_real *x /* [features] */)
{
    size_t features = pmy_dataset_features(dataset);
    for (size_t i = 0; i < features; i++)
        assert_true(x[i] == (pmy_real)dataset->images[index * features + i] / 255);
}

static void rows_are_gathered_by_index(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 2, 7, 16, 33, 64, 65};
    for (size_t w = 0; w < sizeof widths / sizeof widths[0]; w++)
        for (size_t channels = 1; channels <= 2; channels++) {
            storage examples;
            pmy_dataset dataset = make(&examples, channels, widths[w]);
            size_t features = pmy_dataset_features(&dataset);
            assert_int_equal(features, channels * widths[w]);
            pmy_real x[ROWS * MOST_FEATURES];
            int32_t labels[ROWS];
            pmy_gather(&dataset, indices, 0, ROWS, NULL, x, labels);
            for (size_t row = 0; row < ROWS; row++) {
                expect_row(&dataset, indices[row], x + row * features);
                assert_int_equal(labels[row], 100 + (int32_t)indices[row]);
            }
        }
}

/* Every range, against rows that hold what nobody would gather. */
static void only_the_range_is_touched(void **state)
{
    (void)state;
    storage examples;
    pmy_dataset dataset = make(&examples, 1, 9);
    for (size_t begin = 0; begin <= ROWS; begin++)
        for (size_t end = begin; end <= ROWS; end++) {
            pmy_real x[ROWS * 9];
            int32_t labels[ROWS];
            for (size_t i = 0; i < ROWS * 9; i++)
                x[i] = -1;
            for (size_t row = 0; row < ROWS; row++)
                labels[row] = -1;
            pmy_gather(&dataset, indices, begin, end, NULL, x, labels);
            for (size_t row = 0; row < ROWS; row++) {
                bool inside = row >= begin && row < end;
                assert_int_equal(labels[row], inside ? examples.labels[indices[row]] : -1);
                if (inside)
                    expect_row(&dataset, indices[row], x + row * 9);
                for (size_t i = 0; i < 9 && !inside; i++)
                    assert_true(x[row * 9 + i] == -1);
            }
        }
}

static void views_are_gathered_from_their_own_rows(void **state)
{
    (void)state;
    storage examples;
    pmy_dataset whole = make(&examples, 1, 9), front, back;
    assert_int_equal(pmy_dataset_split(&whole, 4, &front, &back, NULL), PMY_OK);
    const uint32_t last = 3;
    pmy_real x[9];
    int32_t label;
    pmy_gather(&back, &last, 0, 1, NULL, x, &label);
    assert_int_equal(label, 100 + COUNT - 1);
    expect_row(&whole, COUNT - 1, x);
}

static void labels_may_be_left_out(void **state)
{
    (void)state;
    storage examples;
    pmy_dataset dataset = make(&examples, 1, 9);
    dataset.labels = NULL;
    pmy_real x[9];
    pmy_gather(&dataset, indices, 0, 1, NULL, x, NULL);
    expect_row(&dataset, indices[0], x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_exact_numbers),
        cmocka_unit_test(rows_are_gathered_by_index),
        cmocka_unit_test(only_the_range_is_touched),
        cmocka_unit_test(views_are_gathered_from_their_own_rows),
        cmocka_unit_test(labels_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
