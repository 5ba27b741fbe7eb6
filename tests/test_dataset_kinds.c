/* Also in double. */
/* Datasets of reals and of targets: what of them is refused, split, shown, gathered and measured. */
#include "data/batch.h"

#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 6, WIDTH = 3, TARGETS = 2 };

static const float numbers[ROWS * WIDTH] = {1.00001f, 5, -1e-30f, 1.00002f, 5, 2e30f,  1.00003f, 5, 0,
                                            1.00004f, 5, 1234567, 1.00005f, 5, -0.25f, 1.00006f, 5, 3};
static const float truths[ROWS * TARGETS] = {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6};

static pmy_dataset table(void)
{
    return (pmy_dataset){
        .reals = numbers, .targets = truths, .count = ROWS, .width = WIDTH, .target_width = TARGETS};
}

/* --- What it is ------------------------------------------------------------- */

static void shapes_are_of_pictures_or_rows(void **state)
{
    (void)state;
    const pmy_dataset pictures = {.reals = numbers, .channels = 3, .height = 1, .width = 2}, rows = table();
    assert_true(pmy_shape_equal(pmy_dataset_shape(&pictures), PMY_SHAPE(3, 1, 2)));
    assert_int_equal(pmy_dataset_features(&pictures), 6);
    assert_true(pmy_shape_equal(pmy_dataset_shape(&rows), PMY_SHAPE(WIDTH)));
    assert_int_equal(pmy_dataset_features(&rows), WIDTH);
}

static void expect_wrong(const pmy_dataset *dataset, pmy_status status, const char *words)
{
    pmy_error error = {0};
    assert_int_equal(pmy_dataset_check(dataset, 0, dataset->count, &error), status);
    if (status != PMY_OK && !strstr(error.message, words))
        fail_msg("'%s' does not say '%s'", error.message, words);
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const uint8_t bytes[ROWS * WIDTH];
    static const int32_t labels[ROWS];
    pmy_dataset d = table();
    expect_wrong(&d, PMY_OK, "");
    d.images = bytes;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "images or reals");
    d.reals = NULL;
    expect_wrong(&d, PMY_OK, "");
    d.images = NULL;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "images or reals");
    d = table(), d.labels = labels;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "labels or targets");
    d.targets = NULL;
    expect_wrong(&d, PMY_OK, "");
    d = table(), d.target_width = 0;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "without a target");
    d = table(), d.width = 0;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "no shape");
    d.channels = 1, d.height = 3;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "no shape");
    d = table(), d.height = 1;
    expect_wrong(&d, PMY_BAD_ARGUMENT, "no shape");
}

static void bad_numbers_are_named(void **state)
{
    (void)state;
    static float x[ROWS * WIDTH], y[ROWS * TARGETS];
    pmy_dataset d = table();
    memcpy(x, numbers, sizeof x);
    memcpy(y, truths, sizeof y);
    d.reals = x, d.targets = y;
    y[4 * TARGETS + 1] = -(float)INFINITY;
    expect_wrong(&d, PMY_BAD_DATA, "example 4, target 1 (the first is 0): infinite");
    x[3 * WIDTH + 2] = (float)NAN;
    expect_wrong(&d, PMY_BAD_DATA, "example 3, column 2 (the first is 0): not a number");
    /* Of the examples that are asked for alone. */
    assert_int_equal(pmy_dataset_check(&d, 0, 3, NULL), PMY_OK);
    assert_int_equal(pmy_dataset_check(&d, 3, 1, NULL), PMY_BAD_DATA);
    assert_int_equal(pmy_dataset_check(&d, 4, 1, NULL), PMY_BAD_DATA);
    assert_int_equal(pmy_dataset_check(&d, 5, 1, NULL), PMY_OK);
}

static void views_are_of_reals_and_targets(void **state)
{
    (void)state;
    pmy_dataset whole = table(), front, back;
    assert_int_equal(pmy_dataset_split(&whole, 2, &front, &back, NULL), PMY_OK);
    assert_int_equal(front.count, 4);
    assert_ptr_equal(front.reals, numbers);
    assert_ptr_equal(front.targets, truths);
    assert_int_equal(back.count, 2);
    assert_ptr_equal(back.reals, numbers + 4 * WIDTH);
    assert_ptr_equal(back.targets, truths + 4 * TARGETS);
    assert_null(back.images);
    assert_null(back.labels);
}

static void examples_are_shown_as_bytes(void **state)
{
    (void)state;
    static const float shades[8] = {0, 1, 0.5f, 0.1f, -3, 7, 1 / 255.0f, 0.999f};
    static const uint8_t expected[8] = {0, 255, 128, 26, 0, 255, 1, 255}, bytes[8] = {3, 1, 4, 1, 5, 9, 2, 6};
    const pmy_dataset reals = {.reals = shades, .count = 2, .channels = 1, .height = 2, .width = 2};
    const pmy_dataset images = {.images = bytes, .count = 2, .channels = 1, .height = 2, .width = 2};
    uint8_t pixels[4];
    for (size_t i = 0; i < 2; i++) {
        pmy_dataset_pixels(&reals, i, pixels);
        assert_memory_equal(pixels, expected + 4 * i, 4);
        pmy_dataset_pixels(&images, i, pixels);
        assert_memory_equal(pixels, bytes + 4 * i, 4);
    }
    assert_true(pmy_dataset_value(&reals, 3) == 0.1f);
    assert_true(pmy_dataset_value(&images, 5) == 9 / 255.0f);
}

/* --- Batches ---------------------------------------------------------------- */

static const uint32_t indices[4] = {5, 0, 3, 3};

/* Every digit of a real is there, and those of targets. */
static void numbers_are_gathered_as_they_are(void **state)
{
    (void)state;
    const pmy_dataset d = table();
    const pmy_normalization n = {(pmy_real)0.1307, (pmy_real)0.3081};
    pmy_real x[4 * WIDTH], scaled[4 * WIDTH], y[4 * TARGETS];
    y[0] = y[1] = 99;
    pmy_gather(&d, indices, 0, 4, NULL, x, NULL);
    pmy_gather(&d, indices, 0, 4, &n, scaled, NULL);
    pmy_gather_targets(&d, indices, 1, 4, y);
    for (size_t row = 0; row < 4; row++) {
        for (size_t i = 0; i < WIDTH; i++) {
            pmy_real number = (pmy_real)numbers[indices[row] * WIDTH + i];
            assert_true(x[row * WIDTH + i] == number);
            assert_true(scaled[row * WIDTH + i] == (number - n.mean) / n.deviation);
        }
        for (size_t i = 0; i < TARGETS; i++)
            assert_true(y[row * TARGETS + i] ==
                        (row ? (pmy_real)truths[indices[row] * TARGETS + i] : (pmy_real)99));
    }
}

/* Pictures of reals are augmented as those of bytes are. */
static void pictures_of_reals_are_augmented(void **state)
{
    (void)state;
    enum { SIDE = 8, COUNT = 4, CHANNELS = 2, SIZE = CHANNELS * SIDE * SIDE };
    static uint8_t bytes[COUNT * SIZE];
    static float reals[COUNT * SIZE];
    pmy_random random = {.seed = 5};
    for (size_t i = 0; i < COUNT * SIZE; i++) {
        bytes[i] = (uint8_t)pmy_random_below(&random, 256);
        reals[i] = 3 * ((float)bytes[i] / 255);
    }
    const pmy_dataset of_bytes = {
        .images = bytes, .count = COUNT, .channels = CHANNELS, .height = SIDE, .width = SIDE};
    pmy_dataset of_reals = of_bytes;
    of_reals.images = NULL, of_reals.reals = reals;
    const pmy_augmentation what[] = {
        {.shift = 2, .rotation = 20, .scale = 0.2, .shear = 0.1, .elastic = 1, .cutout = 3}, {.cutout = 3}};
    const uint32_t order[COUNT] = {2, 0, 3, 1};
    static pmy_real a[COUNT * SIZE], b[COUNT * SIZE];
    for (size_t k = 0; k < sizeof what / sizeof *what; k++) {
        pmy_augmenter *augmenter;
        assert_int_equal(pmy_augmenter_new(&what[k], CHANNELS, SIDE, SIDE, &augmenter, NULL), PMY_OK);
        pmy_gather_augmented(&of_bytes, order, 0, COUNT, NULL, augmenter, 1, 2, a, NULL);
        pmy_gather_augmented(&of_reals, order, 0, COUNT, NULL, augmenter, 1, 2, b, NULL);
        size_t moved = 0;
        for (size_t i = 0; i < COUNT * SIZE; i++) {
            assert_true(fabs((double)(b[i] - 3 * a[i])) < 1e-5);
            moved += fabs((double)b[i] - (double)reals[order[i / SIZE] * SIZE + i % SIZE]) > 0.1;
        }
        assert_true(moved > SIZE / 4);
        pmy_augmenter_free(augmenter);
    }
}

/* --- Columns ---------------------------------------------------------------- */

static void columns_are_measured(void **state)
{
    (void)state;
    const pmy_dataset d = table();
    pmy_normalization column[WIDTH];
    pmy_normalization_measure(&d, column);
    assert_true(fabs((double)column[0].mean - 1.000035) < 1e-7);
    assert_true(fabs((double)column[0].deviation / 1.7078e-5 - 1) < 5e-3); /* √(35/12) · 1e-5, of floats */
    assert_true(column[1].mean == 5);
    assert_true(column[1].deviation == 1);
    double mean = 2e30 / 6, deviation = 2e30 * sqrt(5) / 6; /* beside which the rest is nothing */
    assert_true(fabs((double)column[2].mean / mean - 1) < 1e-6);
    assert_true(fabs((double)column[2].deviation / deviation - 1) < 1e-6);
}

/* More columns than are measured at a time, of bytes and of reals. */
static void many_columns_are_measured(void **state)
{
    (void)state;
    enum { MANY = 71, FEW = 9 };
    static uint8_t bytes[FEW * MANY];
    static float reals[FEW * MANY];
    for (size_t row = 0; row < FEW; row++)
        for (size_t i = 0; i < MANY; i++) {
            bytes[row * MANY + i] = (uint8_t)(i + 10 * row);
            reals[row * MANY + i] = (float)(i + 10 * row);
        }
    const pmy_dataset of_bytes = {.images = bytes, .count = FEW, .width = MANY};
    const pmy_dataset of_reals = {.reals = reals, .count = FEW, .width = MANY};
    pmy_normalization a[MANY], b[MANY];
    pmy_normalization_measure(&of_bytes, a);
    pmy_normalization_measure(&of_reals, b);
    for (size_t i = 0; i < MANY; i++) { /* 0, 10 … 80 deviate by √(60/9) · 10 */
        assert_true(b[i].mean == (pmy_real)(i + 40));
        assert_true(fabs((double)b[i].deviation - 10 * sqrt(60.0 / 9)) < 1e-5);
        assert_true(fabs((double)a[i].mean * 255 - (double)b[i].mean) < 1e-4);
        assert_true(fabs((double)a[i].deviation * 255 - (double)b[i].deviation) < 1e-4);
    }
}

static void columns_are_normalized_and_restored(void **state)
{
    (void)state;
    const pmy_normalization column[WIDTH] = {{1, 2}, {-3, (pmy_real)0.5}, {0, 1}};
    const pmy_real given[2 * WIDTH] = {5, 1, 4, -1, -3, 8}, expected[2 * WIDTH] = {2, 8, 4, -1, 0, 8};
    pmy_real x[2 * WIDTH];
    memcpy(x, given, sizeof x);
    pmy_normalize_columns(column, 2, WIDTH, x);
    for (size_t i = 0; i < 2 * WIDTH; i++)
        assert_true(x[i] == expected[i]);
    pmy_restore_columns(column, 2, WIDTH, x);
    for (size_t i = 0; i < 2 * WIDTH; i++)
        assert_true(x[i] == given[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_are_of_pictures_or_rows),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(bad_numbers_are_named),
        cmocka_unit_test(views_are_of_reals_and_targets),
        cmocka_unit_test(examples_are_shown_as_bytes),
        cmocka_unit_test(numbers_are_gathered_as_they_are),
        cmocka_unit_test(pictures_of_reals_are_augmented),
        cmocka_unit_test(columns_are_measured),
        cmocka_unit_test(many_columns_are_measured),
        cmocka_unit_test(columns_are_normalized_and_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
