/* Pictures in grey: from colours, turned, scaled, smoothed. */
#include "picture/grey.h"

#include "pictures.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(float actual, double expected, double tolerance)
{
    if (!(fabs((double)actual - expected) <= tolerance))
        fail_msg("%.9g, not %.9g", (double)actual, expected);
}

static double sum_of(const pmy_grey *grey)
{
    double sum = 0;
    for (size_t i = 0; i < grey->width * grey->height; i++)
        sum += (double)grey->values[i];
    return sum;
}

static void grey_is_luma_on_white(void **state)
{
    (void)state;
    uint8_t pixels[] = {0, 0, 0,   255, 255, 255, 255, 255, 255, 0, 0, 255, 0,  255, 0,  255,
                        0, 0, 255, 255, 0,   0,   0,   0,   0,   0, 0, 51,  90, 90,  90, 255};
    const double expected[] = {0, 1, 0.299, 0.587, 0.114, 1, 0.8, 90 / 255.0};
    pmy_picture picture = {4, 2, pixels, 1};
    pmy_grey grey = pmy_grey_of_picture(&picture);
    assert_int_equal(grey.width, 4);
    assert_int_equal(grey.height, 2);
    for (size_t i = 0; i < 8; i++)
        assert_near(grey.values[i], expected[i], 1e-6);
    pmy_grey_free(&grey);
}

/* As the EXIF standard has it: where in the picture the stored one's first row and first column are. */
static void all_orientations_are_turned(void **state)
{
    (void)state;
    /* The picture is  1 2 3   and lies in the file like this: */
    /*                 4 5 6                                   */
    static const float lies[8][6] = {
        {1, 2, 3, 4, 5, 6}, /* 1: top, left */
        {3, 2, 1, 6, 5, 4}, /* 2: top, right */
        {6, 5, 4, 3, 2, 1}, /* 3: bottom, right */
        {4, 5, 6, 1, 2, 3}, /* 4: bottom, left */
        {1, 4, 2, 5, 3, 6}, /* 5: left, top */
        {3, 6, 2, 5, 1, 4}, /* 6: right, top */
        {6, 3, 5, 2, 4, 1}, /* 7: right, bottom */
        {4, 1, 5, 2, 6, 3}, /* 8: left, bottom */
    };
    for (unsigned orientation = 1; orientation <= 8; orientation++) {
        pmy_grey grey = grey_of(orientation < 5 ? 3 : 2, orientation < 5 ? 2 : 3, lies[orientation - 1]);
        pmy_grey_orient(&grey, orientation);
        assert_int_equal(grey.width, 3);
        assert_int_equal(grey.height, 2);
        for (size_t i = 0; i < 6; i++)
            if (grey.values[i] != (float)(i + 1))
                fail_msg("orientation %u, pixel %zu: %g", orientation, i, (double)grey.values[i]);
        pmy_grey_free(&grey);
    }
}

/* Some picture without regularity. */
static pmy_grey uneven(size_t width, size_t height)
{
    pmy_grey grey = pmy_grey_new(width, height);
    assert_non_null(grey.values);
    for (size_t i = 0; i < width * height; i++)
        grey.values[i] = (float)(i * 37 % 101) / 100;
    return grey;
}

/* Against the definition: the mean of the pixels, one wide each, by many small steps. */
static void scaling_takes_means_over_what_a_pixel_covers(void **state)
{
    (void)state;
    enum { STEPS = 128 };
    pmy_grey from = uneven(7, 5);
    static const pmy_resampling samplings[] = {
        {0, 0, 1}, {0, 0, 2.3}, {-1.7, 0.4, 1.9}, {0.3, -0.6, 0.37}, {-3, -3, 6}};
    for (size_t s = 0; s < sizeof samplings / sizeof *samplings; s++)
        for (pmy_surroundings around = PMY_AROUND_ZERO; around <= PMY_AROUND_EDGE; around++) {
            pmy_grey to = pmy_grey_resample(&from, samplings[s], around, 4, 3);
            double step = samplings[s].step, width = fmax(step, 1);
            for (size_t i = 0; i < 12; i++) {
                double sum = 0;
                for (size_t k = 0; k < STEPS * STEPS; k++) {
                    double u = ((double)(k % STEPS) + 0.5) / STEPS - 0.5,
                           v = ((double)(k / STEPS) + 0.5) / STEPS - 0.5;
                    double x = floor(samplings[s].left + step * ((double)(i % 4) + 0.5) + width * u);
                    double y = floor(samplings[s].top + step * ((double)(i / 4) + 0.5) + width * v);
                    bool outside = x < 0 || y < 0 || x > 6 || y > 4;
                    size_t column = (size_t)fmin(fmax(x, 0), 6), row = (size_t)fmin(fmax(y, 0), 4);
                    if (!outside || around == PMY_AROUND_EDGE)
                        sum += (double)from.values[row * 7 + column];
                }
                assert_near(to.values[i], sum / (STEPS * STEPS), 0.01);
            }
            pmy_grey_free(&to);
        }
    pmy_grey_free(&from);
}

static void the_right_size_is_left_as_it_is(void **state)
{
    (void)state;
    pmy_grey from = uneven(7, 5);
    pmy_grey to = pmy_grey_resample(&from, (pmy_resampling){0, 0, 1}, PMY_AROUND_ZERO, 7, 5);
    assert_memory_equal(to.values, from.values, 35 * sizeof *to.values);
    pmy_grey_free(&to);
    pmy_grey_free(&from);
}

static void scaling_keeps_all_ink(void **state)
{
    (void)state;
    pmy_grey from = uneven(13, 11);
    pmy_grey small = pmy_grey_resample(&from, (pmy_resampling){-4, -3, 2.5}, PMY_AROUND_ZERO, 9, 9);
    assert_near((float)(sum_of(&small) * 2.5 * 2.5), sum_of(&from), 1e-3);
    pmy_grey_free(&small);
    pmy_grey_free(&from);
}

static void shrinking_keeps_the_shape(void **state)
{
    (void)state;
    static const size_t sides[][4] = {
        {100, 50, 40, 20}, {30, 90, 13, 40}, {40, 7, 40, 7}, {12, 30, 12, 30}, {4000, 1, 40, 1}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        pmy_grey grey = uneven(sides[i][0], sides[i][1]);
        double mean = sum_of(&grey) / (double)(grey.width * grey.height);
        pmy_grey_shrink(&grey, 40);
        assert_int_equal(grey.width, sides[i][2]);
        assert_int_equal(grey.height, sides[i][3]);
        assert_near((float)(sum_of(&grey) / (double)(grey.width * grey.height)), mean, 0.02);
        pmy_grey_free(&grey);
    }
}

static void smoothing_spreads_a_point(void **state)
{
    (void)state;
    float values[25] = {[12] = 16};
    const float expected[25] = {
        [6] = 1, [7] = 2, [8] = 1, [11] = 2, [12] = 4, [13] = 2, [16] = 1, [17] = 2, [18] = 1};
    pmy_grey grey = grey_of(5, 5, values);
    pmy_grey_smooth(&grey);
    assert_memory_equal(grey.values, expected, sizeof expected);
    pmy_grey_free(&grey);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_is_luma_on_white),
        cmocka_unit_test(all_orientations_are_turned),
        cmocka_unit_test(scaling_takes_means_over_what_a_pixel_covers),
        cmocka_unit_test(the_right_size_is_left_as_it_is),
        cmocka_unit_test(scaling_keeps_all_ink),
        cmocka_unit_test(shrinking_keeps_the_shape),
        cmocka_unit_test(smoothing_spreads_a_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
