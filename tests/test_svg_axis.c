/* Axes of pictures: their ends, their ticks, their labels. */
#include "common/svg_axis.h"
#include "common/svg_label.h"

#include "base/random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void labels_are_written_as_people_do(void **state)
{
    (void)state;
    assert_string_equal(svg_label_fixed(-0.25, 2).text, "−0.25");
    assert_string_equal(svg_label_fixed(-0.001, 2).text, "0.00");
    assert_string_equal(svg_label_fixed(-0.0, 0).text, "0");
    assert_string_equal(svg_label_fixed(1e5, 0).text, "100000");
    assert_string_equal(svg_label_fixed((double)NAN, 2).text, "nan");
    assert_string_equal(svg_label_fixed(-HUGE_VAL, 2).text, "−∞");
    assert_string_equal(svg_label_power(1e-5, 0).text, "10⁻⁵");
    assert_string_equal(svg_label_power(-1e12, 0).text, "−10¹²");
    assert_string_equal(svg_label_power(2e-5, 0).text, "2×10⁻⁵");
    assert_string_equal(svg_label_power(-1.25e300, 2).text, "−1.25×10³⁰⁰");
    assert_string_equal(svg_label_power(9.99e-5, 0).text, "10⁻⁴"); /* rounded first */
    assert_string_equal(svg_label_power(1, 1).text, "1.0×10⁰");
    assert_string_equal(svg_label_power(0, 3).text, "0");
    assert_string_equal(svg_label_power(HUGE_VAL, 3).text, "∞");
    assert_string_equal(svg_label_short(0.6590, 3).text, "0.659");
    assert_string_equal(svg_label_short(-3, 3).text, "−3");
    assert_string_equal(svg_label_short(123456, 3).text, "123456");
    assert_string_equal(svg_label_short(1.5e-7, 3).text, "1.50×10⁻⁷");
    assert_string_equal(svg_label_short(-2e6, 1).text, "−2×10⁶");
    assert_string_equal(svg_label_short(0, 3).text, "0");
    assert_string_equal(svg_label_name("twenty columns × − ∂").text, "twenty columns × − ∂");
    assert_string_equal(svg_label_name("twenty one columns ∂∂").text, "twenty one columns …");
}

static svg_axis axis_over(double least, double most, svg_scale scale)
{
    svg_range range = svg_range_empty();
    svg_range_add(&range, least, scale);
    svg_range_add(&range, most, scale);
    return svg_axis_over(range, scale, 100, 500);
}

/* The labels of the ticks, joined by spaces. */
static const char *labels_of(const svg_axis *axis)
{
    static char joined[4096];
    svg_tick ticks[SVG_MOST_TICKS];
    size_t count = svg_axis_ticks(axis, ticks);
    joined[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (!ticks[i].labelled)
            continue;
        (void)strcat(joined, *joined ? " " : "");
        (void)strcat(joined, ticks[i].label.text);
    }
    return joined;
}

static void expect_axis(double least, double most, svg_scale scale, const char *labels)
{
    svg_axis axis = axis_over(least, most, scale);
    assert_true(axis.least <= least * (least > 0 ? 1 + 1e-9 : 1) &&
                axis.most >= most * (most > 0 ? 1 - 1e-9 : 1));
    assert_string_equal(labels_of(&axis), labels);
}

static void linear_axes_have_round_numbers(void **state)
{
    (void)state;
    expect_axis(0, 1, SVG_LINEAR, "0.0 0.2 0.4 0.6 0.8 1.0");
    expect_axis(-0.34, 1, SVG_LINEAR, "−0.4 −0.2 0.0 0.2 0.4 0.6 0.8 1.0");
    expect_axis(3, 97, SVG_LINEAR, "0 20 40 60 80 100");
    expect_axis(0, 0.03, SVG_LINEAR, "0.000 0.005 0.010 0.015 0.020 0.025 0.030");
    expect_axis(-0.1, 3.9, SVG_LINEAR, "−0.5 0.0 0.5 1.0 1.5 2.0 2.5 3.0 3.5 4.0");
    expect_axis(0, 3e6, SVG_LINEAR, "0 5.0×10⁵ 1.0×10⁶ 1.5×10⁶ 2.0×10⁶ 2.5×10⁶ 3.0×10⁶");
    expect_axis(0, 3.2e6, SVG_LINEAR, "0 1.0×10⁶ 2.0×10⁶ 3.0×10⁶");
    expect_axis(0, 4e-6, SVG_LINEAR, "0 1.0×10⁻⁶ 2.0×10⁻⁶ 3.0×10⁻⁶ 4.0×10⁻⁶");
}

static void logarithmic_axes_have_powers_of_ten(void **state)
{
    (void)state;
    expect_axis(0.05, 20, SVG_LOG, "0.05 0.1 0.2 0.5 1 2 5 10 20");
    expect_axis(2e-12, 0.5, SVG_LOG, "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰");
    expect_axis(1, 1000, SVG_LOG, "1 2 5 10 20 50 100 200 500 1000");
    expect_axis(1, 1e4, SVG_LOG, "1 2 5 10 20 50 100 200 500 1000 2000 5000 10000");
    expect_axis(1e-4, 1, SVG_LOG, "10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰");
    expect_axis(3e-7, 4e-7, SVG_LOG, "2×10⁻⁷ 5×10⁻⁷");
    expect_axis(1e-300, 1e300, SVG_LOG, "10⁻³⁰⁰ 10⁻²²⁵ 10⁻¹⁵⁰ 10⁻⁷⁵ 10⁰ 10⁷⁵ 10¹⁵⁰ 10²²⁵ 10³⁰⁰");
}

static void an_axis_places_its_ends_and_its_middle(void **state)
{
    (void)state;
    svg_axis axis = axis_over(0, 10, SVG_LINEAR);
    assert_true(svg_axis_place(&axis, 0) == 100 && svg_axis_place(&axis, 10) == 500);
    assert_true(fabs(svg_axis_place(&axis, 2.5) - 200) < 1e-9);
    axis = axis_over(1e-6, 1e2, SVG_LOG);
    assert_true(fabs(svg_axis_place(&axis, 1e-6) - 100) < 1e-9 &&
                fabs(svg_axis_place(&axis, 1e2) - 500) < 1e-9);
    assert_true(fabs(svg_axis_place(&axis, 1e-2) - 300) < 1e-9);
    assert_true(isnan(svg_axis_place(&axis, 0)) && isnan(svg_axis_place(&axis, -1)));
    assert_true(isnan(svg_axis_place(&axis, (double)NAN)));
    assert_true(isinf(svg_axis_place(&axis, HUGE_VAL)));
}

static void ranges_leave_out_what_has_no_place(void **state)
{
    (void)state;
    svg_range range = svg_range_empty();
    svg_range_add(&range, (double)NAN, SVG_LINEAR);
    svg_range_add(&range, HUGE_VAL, SVG_LINEAR);
    svg_range_add(&range, 0, SVG_LOG);
    svg_range_add(&range, -1, SVG_LOG);
    assert_true(range.least > range.most);
    svg_axis axis = svg_axis_over(range, SVG_LINEAR, 0, 400);
    assert_true(axis.least == 0 && axis.most == 1);
    axis = svg_axis_over(range, SVG_LOG, 0, 400);
    assert_true(axis.least == 1 && axis.most == 10);
    svg_range_add(&range, -1, SVG_LINEAR);
    assert_true(range.least == -1 && range.most == -1);
}

/* Whatever the numbers: the axis holds them, its ticks rise within it, and at least two have labels. */
static void check_axis(double least, double most, svg_scale scale)
{
    svg_axis axis = axis_over(least, most, scale);
    assert_true(isfinite(axis.least) && isfinite(axis.most) && axis.least < axis.most);
    for (int i = 0; i < 2; i++) {
        double place = svg_axis_place(&axis, i ? most : least);
        if (fabs(i ? most : least) <= 1e300)
            assert_true(place > 100 - 1e-3 && place < 500 + 1e-3);
    }
    svg_tick ticks[SVG_MOST_TICKS];
    size_t count = svg_axis_ticks(&axis, ticks), labelled = 0;
    assert_true(count < SVG_MOST_TICKS);
    for (size_t i = 0; i < count; i++) {
        labelled += ticks[i].labelled;
        double place = svg_axis_place(&axis, ticks[i].value);
        assert_true(place > 100 - 1e-3 && place < 500 + 1e-3);
        assert_true(i == 0 || ticks[i].value > ticks[i - 1].value);
        assert_true(!ticks[i].labelled || strlen(ticks[i].label.text) > 0);
    }
    if (labelled < 2 || labelled > 16)
        fail_msg("%zu labels from %g to %g: %s", labelled, least, most, labels_of(&axis));
}

static void every_pair_of_numbers_has_an_axis(void **state)
{
    (void)state;
    static const double hard[] = {0,     1,      -1,   5e-324,   -5e-324, DBL_MIN,     DBL_MAX, -DBL_MAX,
                                  1e300, -1e300, 1e16, 1e16 + 2, 0.1,     0.1 + 1e-16, 1e-300,  3e-300};
    size_t count = sizeof hard / sizeof *hard;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (hard[i] > hard[j])
                continue;
            check_axis(hard[i], hard[j], SVG_LINEAR);
            if (hard[i] >= 1e-300)
                check_axis(hard[i], hard[j], SVG_LOG);
        }
    }
    pmy_random random = {.seed = 3};
    for (int i = 0; i < 20000; i++) {
        double a = pow(10, 40 * pmy_random_uniform(&random) - 20),
               b = a * pow(10, 12 * pmy_random_uniform(&random));
        check_axis(a, b, SVG_LOG);
        check_axis(a, b, SVG_LINEAR);
        check_axis(-b, a, SVG_LINEAR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_written_as_people_do),
        cmocka_unit_test(linear_axes_have_round_numbers),
        cmocka_unit_test(logarithmic_axes_have_powers_of_ten),
        cmocka_unit_test(an_axis_places_its_ends_and_its_middle),
        cmocka_unit_test(ranges_leave_out_what_has_no_place),
        cmocka_unit_test(every_pair_of_numbers_has_an_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
