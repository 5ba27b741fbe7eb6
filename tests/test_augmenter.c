/* Augmented pictures: where their pixels come from, read off pictures whose values are coordinates. */
#include "data/augmenter.h"
#include "data/batch.h"
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 64, PLANE = SIDE * SIDE, MARGIN = 20, STEP = 3, BASE = 20, PICTURES = 400 };

/* Two channels whose values at (i, j) are BASE + STEP i and BASE + STEP j; between pixels, too, as
 * interpolation is linear. */
static const uint8_t *ramps(void)
{
    static uint8_t image[2 * PLANE];
    for (size_t i = 0; i < SIDE; i++)
        for (size_t j = 0; j < SIDE; j++) {
            image[i * SIDE + j] = (uint8_t)(BASE + STEP * i);
            image[PLANE + i * SIDE + j] = (uint8_t)(BASE + STEP * j);
        }
    return image;
}

static pmy_augmenter *new_augmenter(pmy_augmentation what, size_t channels, size_t side)
{
    pmy_augmenter *augmenter;
    pmy_error error;
    if (pmy_augmenter_new(&what, channels, side, side, &augmenter, &error) != PMY_OK)
        fail_msg("%s", error.message);
    return augmenter;
}

/* How far from (i, j) the pixel comes that is there in the result. */
typedef struct displacement {
    double down, across;
} displacement;

static displacement moved(const float *result, size_t i, size_t j)
{
    size_t at = i * SIDE + j;
    return (displacement){((double)result[at] - BASE) / STEP - (double)i,
                          ((double)result[PLANE + at] - BASE) / STEP - (double)j};
}

static void expect_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("%.9g is not %.9g ± %g", got, expected, tolerance);
}

/* The map's derivatives, from pixels on both sides of the middle; the map is affine, so any others agree. */
typedef struct map {
    double down_i, down_j, across_i, across_j; /* d down / d i, … */
    displacement middle;
} map;

static map map_of(const float *result)
{
    enum { LOW = MARGIN, HIGH = SIDE - 1 - MARGIN, WIDE = HIGH - LOW };
    displacement a = moved(result, LOW, LOW), b = moved(result, HIGH, LOW), c = moved(result, LOW, HIGH),
                 d = moved(result, HIGH, HIGH);
    expect_near(d.down, b.down + c.down - a.down, 1e-4);
    expect_near(d.across, b.across + c.across - a.across, 1e-4);
    return (map){1 + (b.down - a.down) / WIDE,
                 (c.down - a.down) / WIDE,
                 (b.across - a.across) / WIDE,
                 1 + (c.across - a.across) / WIDE,
                 {(a.down + d.down) / 2, (a.across + d.across) / 2}};
}

/* Whether the numbers look uniform in [low, high]: none is out of it, and mean and extremes are where they
 * should be. */
static void expect_uniform(const double x[PICTURES], double low, double high)
{
    double sum = 0, least = high, most = low, room = 1e-4 * (high - low) + 1e-5;
    for (size_t k = 0; k < PICTURES; k++) {
        assert_true(x[k] >= low - room && x[k] <= high + room);
        sum += x[k];
        least = fmin(least, x[k]);
        most = fmax(most, x[k]);
    }
    expect_near(sum / PICTURES, (low + high) / 2, 5 * (high - low) / sqrt(12.0 * PICTURES));
    assert_true(least < low + 0.05 * (high - low) && most > high - 0.05 * (high - low));
}

static void each_part_of_the_map_is_as_large_as_it_says(void **state)
{
    (void)state;
    static double down[PICTURES], across[PICTURES], angle[PICTURES], size[PICTURES], shear[PICTURES];
    pmy_augmenter *shifts = new_augmenter((pmy_augmentation){.shift = 3}, 2, SIDE);
    pmy_augmenter *turns = new_augmenter((pmy_augmentation){.rotation = 20}, 2, SIDE);
    pmy_augmenter *sizes = new_augmenter((pmy_augmentation){.scale = 0.2}, 2, SIDE);
    pmy_augmenter *shears = new_augmenter((pmy_augmentation){.shear = 0.3}, 2, SIDE);
    for (uint32_t k = 0; k < PICTURES; k++) {
        map m = map_of(pmy_augment(shifts, ramps(), 1, 2, k));
        expect_near(fabs(m.down_i - 1) + fabs(m.down_j) + fabs(m.across_i) + fabs(m.across_j - 1), 0, 1e-5);
        down[k] = m.middle.down, across[k] = m.middle.across;
        m = map_of(pmy_augment(turns, ramps(), 1, 2, k));
        angle[k] = atan2(m.down_j, m.down_i) * 180 / acos(-1);
        expect_near(hypot(m.down_i, m.down_j), 1, 1e-5);
        expect_near(m.across_j, m.down_i, 1e-5);
        expect_near(m.across_i, -m.down_j, 1e-5);
        expect_near(hypot(m.middle.down, m.middle.across), 0, 1e-4);
        m = map_of(pmy_augment(sizes, ramps(), 1, 2, k));
        size[k] = 1 / m.down_i;
        expect_near(m.across_j, m.down_i, 1e-5);
        expect_near(fabs(m.down_j) + fabs(m.across_i), 0, 1e-5);
        m = map_of(pmy_augment(shears, ramps(), 1, 2, k));
        shear[k] = m.across_i;
        expect_near(fabs(m.down_i - 1) + fabs(m.down_j) + fabs(m.across_j - 1), 0, 1e-5);
    }
    expect_uniform(down, -3, 3);
    expect_uniform(across, -3, 3);
    expect_uniform(angle, -20, 20);
    expect_uniform(size, 0.8, 1.2);
    expect_uniform(shear, -0.3, 0.3);
    pmy_augmenter_free(shifts);
    pmy_augmenter_free(turns);
    pmy_augmenter_free(sizes);
    pmy_augmenter_free(shears);
}

/* The field's strength, and that it is as smooth as white noise after a Gaussian, whose numbers at a
 * distance of d are correlated by exp(−d²/(4 σ²)). */
static void elastic_fields_are_as_strong_and_smooth_as_they_say(void **state)
{
    (void)state;
    enum { SMOOTH = 4, AREA = SIDE - 2 * MARGIN };
    pmy_augmenter *a = new_augmenter((pmy_augmentation){.elastic = 1.5, .smooth = SMOOTH}, 2, SIDE);
    double down = 0, across = 0, mixed = 0, near = 0, far = 0, bent = 0;
    for (uint32_t k = 0; k < PICTURES; k++) {
        const float *result = pmy_augment(a, ramps(), 3, 0, k);
        for (size_t i = MARGIN; i < SIDE - MARGIN; i++)
            for (size_t j = MARGIN; j < SIDE - MARGIN; j++) {
                displacement here = moved(result, i, j);
                down += here.down * here.down;
                across += here.across * here.across;
                mixed += here.down * here.across;
                near += here.down * moved(result, i, j + SMOOTH).down;
                far += here.across * moved(result, i - 2 * SMOOTH, j).across;
                double bend = moved(result, i, j - 1).down - 2 * here.down + moved(result, i, j + 1).down;
                bent = fmax(bent, fabs(bend));
            }
    }
    double count = (double)PICTURES * AREA * AREA;
    expect_near(sqrt(down / count), 1.5, 0.05);
    expect_near(sqrt(across / count), 1.5, 0.05);
    expect_near(mixed / down, 0, 0.03);
    expect_near(near / down, exp(-0.25), 0.04);
    expect_near(far / across, exp(-1), 0.05);
    /* No spline bends more than its largest knots, in turn ±√3 · 1.5/(151/315), make it: four of them over
     * the square of their distance, which is √3 · SMOOTH. */
    assert_true(bent < 4 * sqrt(3) * 1.5 * 315 / 151 / (3.0 * SMOOTH * SMOOTH));
    pmy_augmenter_free(a);
}

/* A random picture is resampled bilinearly at the places that the ramps tell, with zeros around it. */
static void pixels_are_resampled_from_there(void **state)
{
    (void)state;
    enum { LITTLE = 16, OFFSET = (SIDE - LITTLE) / 2 };
    pmy_random random = {.seed = 5};
    static uint8_t image[3 * PLANE];
    memcpy(image, ramps(), 2 * PLANE);
    double little[LITTLE + 2][LITTLE + 2] = {{0}};
    for (size_t i = 0; i < LITTLE; i++)
        for (size_t j = 0; j < LITTLE; j++) {
            uint8_t byte = (uint8_t)pmy_random_below(&random, 256);
            image[2 * PLANE + (i + OFFSET) * SIDE + j + OFFSET] = byte;
            little[i + 1][j + 1] = byte;
        }
    pmy_augmenter *a = new_augmenter(
        (pmy_augmentation){.shift = 2, .rotation = 30, .scale = 0.2, .shear = 0.2, .elastic = 1}, 3, SIDE);
    for (uint32_t k = 0; k < 20; k++) {
        const float *result = pmy_augment(a, image, 6, 1, k);
        for (size_t i = OFFSET + 2; i < SIDE - OFFSET - 2; i++)
            for (size_t j = OFFSET + 2; j < SIDE - OFFSET - 2; j++) {
                displacement from = moved(result, i, j);
                double y = (double)i + from.down - OFFSET + 1, x = (double)j + from.across - OFFSET + 1;
                if (!(y >= 0 && y < LITTLE + 1 && x >= 0 && x < LITTLE + 1))
                    continue;
                size_t row = (size_t)y, column = (size_t)x;
                double t = y - (double)row, s = x - (double)column;
                double expected = (1 - t) * ((1 - s) * little[row][column] + s * little[row][column + 1]) +
                                  t * ((1 - s) * little[row + 1][column] + s * little[row + 1][column + 1]);
                expect_near((double)result[2 * PLANE + i * SIDE + j], expected, 0.02);
            }
    }
    pmy_augmenter_free(a);
}

/* A number of a plane, 0 outside of it. */
static double pixel(const uint8_t *plane, double i, double j)
{
    return i >= 0 && i < SIDE && j >= 0 && j < SIDE ? plane[(size_t)i * SIDE + (size_t)j] : 0;
}

/* The map is read off in the middle, where nothing comes from outside, and held against every pixel. */
static void beyond_the_border_is_background(void **state)
{
    (void)state;
    pmy_random random = {.seed = 8};
    static uint8_t image[3 * PLANE];
    memcpy(image, ramps(), 2 * PLANE);
    for (size_t i = 0; i < PLANE; i++)
        image[2 * PLANE + i] = (uint8_t)(128 + pmy_random_below(&random, 128));
    pmy_augmenter *a = new_augmenter((pmy_augmentation){.shift = 10, .rotation = 10}, 3, SIDE);
    for (uint32_t k = 0; k < 40; k++) {
        const float *result = pmy_augment(a, image, 4, 0, k);
        map m = map_of(result);
        for (size_t i = 0; i < SIDE; i++)
            for (size_t j = 0; j < SIDE; j++) {
                const double middle = (SIDE - 1) / 2.0;
                double down = (double)i - middle, across = (double)j - middle;
                double y = middle + m.middle.down + m.down_i * down + m.down_j * across;
                double x = middle + m.middle.across + m.across_i * down + m.across_j * across;
                const uint8_t *plane = image + 2 * PLANE;
                double row = floor(y), column = floor(x), t = y - row, s = x - column;
                double expected =
                    (1 - t) * ((1 - s) * pixel(plane, row, column) + s * pixel(plane, row, column + 1)) +
                    t * ((1 - s) * pixel(plane, row + 1, column) + s * pixel(plane, row + 1, column + 1));
                expect_near((double)result[2 * PLANE + i * SIDE + j], expected, 0.05);
            }
    }
    pmy_augmenter_free(a);
}

static void cutout_cuts_a_square_about_a_random_pixel(void **state)
{
    (void)state;
    enum { LITTLE = 9 };
    uint8_t image[2 * LITTLE * LITTLE];
    memset(image, 200, sizeof image);
    for (size_t side = 1; side <= 4; side++) {
        pmy_augmenter *a = new_augmenter((pmy_augmentation){.cutout = (double)side}, 2, LITTLE);
        size_t whole = 0, hits[LITTLE * LITTLE] = {0};
        for (uint32_t k = 0; k < 4 * PICTURES; k++) {
            const float *result = pmy_augment(a, image, 9, 0, k);
            size_t top = LITTLE, bottom = 0, left = LITTLE, right = 0, cut = 0;
            assert_memory_equal(result, result + LITTLE * LITTLE, LITTLE * LITTLE * sizeof *result);
            for (size_t i = 0; i < LITTLE; i++)
                for (size_t j = 0; j < LITTLE; j++)
                    if (result[i * LITTLE + j] == 0) {
                        top = i < top ? i : top, bottom = i;
                        left = j < left ? j : left, right = j > right ? j : right;
                        cut++;
                        hits[i * LITTLE + j]++;
                    } else {
                        assert_true(result[i * LITTLE + j] == 200);
                    }
            assert_true(cut > 0 && cut == (bottom - top + 1) * (right - left + 1));
            assert_true(bottom - top < side && right - left < side);
            /* It is smaller only where the border cuts it. */
            assert_true(bottom - top + 1 == side || top == 0 || bottom == LITTLE - 1);
            assert_true(right - left + 1 == side || left == 0 || right == LITTLE - 1);
            whole += cut == side * side;
        }
        assert_true(whole > PICTURES);
        for (size_t i = 0; i < LITTLE * LITTLE; i++)
            assert_true(hits[i] > 0);
        pmy_augmenter_free(a);
    }
}

static void pictures_follow_from_seed_epoch_and_index_alone(void **state)
{
    (void)state;
    const pmy_augmentation what = {
        .shift = 2, .rotation = 10, .scale = 0.1, .shear = 0.1, .elastic = 1, .cutout = 8};
    static float first[2 * PLANE];
    pmy_augmenter *a = new_augmenter(what, 2, SIDE), *b = new_augmenter(what, 2, SIDE);
    memcpy(first, pmy_augment(a, ramps(), 1, 2, 3), sizeof first);
    /* What was done before leaves nothing behind. */
    (void)pmy_augment(b, ramps(), 7, 7, 7);
    assert_memory_equal(pmy_augment(b, ramps(), 1, 2, 3), first, sizeof first);
    static const struct {
        uint64_t seed;
        uint32_t epoch, index;
    } others[] = {{2, 2, 3}, {1, 3, 3}, {1, 2, 4}, {(uint64_t)1 << 32 | 1, 2, 3}, {1, 3, 2}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(memcmp(pmy_augment(b, ramps(), others[i].seed, others[i].epoch, others[i].index), first,
                           sizeof first) != 0);
    pmy_augmenter_free(a);
    pmy_augmenter_free(b);
}

/* Rows are normalised as without augmentation, in any number of pieces. */
static void batches_are_gathered_by_pieces(void **state)
{
    (void)state;
    enum { LITTLE = 6, COUNT = 5, SIZE = LITTLE * LITTLE };
    uint8_t images[COUNT * SIZE];
    int32_t labels[COUNT] = {4, 3, 2, 1, 0}, gathered[COUNT];
    pmy_random random = {.seed = 2};
    for (size_t i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)pmy_random_below(&random, 256);
    pmy_dataset dataset = {
        .images = images, .labels = labels, .count = COUNT, .channels = 1, .height = LITTLE, .width = LITTLE};
    const uint32_t indices[COUNT] = {3, 0, 4, 1, 1};
    const pmy_normalization normalization = {0.25f, 0.5f};
    static pmy_real whole[COUNT * SIZE], pieces[COUNT * SIZE];
    pmy_augmenter *a = new_augmenter((pmy_augmentation){.cutout = 2}, 1, LITTLE);
    pmy_gather_augmented(&dataset, indices, 0, COUNT, &normalization, a, 1, 2, whole, gathered);
    for (size_t row = COUNT; row-- > 0;)
        pmy_gather_augmented(&dataset, indices, row, row + 1, &normalization, a, 1, 2, pieces, NULL);
    assert_memory_equal(whole, pieces, sizeof whole);
    for (size_t row = 0; row < COUNT; row++) {
        assert_int_equal(gathered[row], labels[indices[row]]);
        const float *image = pmy_augment(a, images + indices[row] * SIZE, 1, 2, indices[row]);
        for (size_t i = 0; i < SIZE; i++)
            assert_true(whole[row * SIZE + i] == (image[i] / 255 - 0.25f) / 0.5f);
    }
    pmy_augmenter_free(a);
}

static void wrong_ones_are_refused(void **state)
{
    (void)state;
    pmy_augmenter *a;
    pmy_error error;
    assert_int_equal(pmy_augmenter_new(&(pmy_augmentation){.rotation = 181}, 1, 8, 8, &a, &error),
                     PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "rotate"));
    assert_null(a);
    assert_int_equal(pmy_augmenter_new(&(pmy_augmentation){.shift = 1}, 1, 8193, 8, &a, &error),
                     PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "8193x8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_of_the_map_is_as_large_as_it_says),
        cmocka_unit_test(elastic_fields_are_as_strong_and_smooth_as_they_say),
        cmocka_unit_test(pixels_are_resampled_from_there),
        cmocka_unit_test(beyond_the_border_is_background),
        cmocka_unit_test(cutout_cuts_a_square_about_a_random_pixel),
        cmocka_unit_test(pictures_follow_from_seed_epoch_and_index_alone),
        cmocka_unit_test(batches_are_gathered_by_pieces),
        cmocka_unit_test(wrong_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
