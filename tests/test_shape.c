/* Shapes and checked sizes. */
#include "base/shape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void products_and_sums_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t a, b;
        bool product, sum;
    } cases[] = {
        {0, SIZE_MAX, true, true},          {SIZE_MAX, 0, true, true},
        {1, SIZE_MAX, true, false},         {2, SIZE_MAX / 2, true, true},
        {2, SIZE_MAX / 2 + 1, false, true}, {SIZE_MAX, SIZE_MAX, false, false},
        {SIZE_MAX - 5, 5, false, true},     {SIZE_MAX - 5, 6, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t a = cases[i].a, b = cases[i].b, product = 7, sum = 7;
        assert_int_equal(pmy_size_multiply(a, b, &product), cases[i].product);
        assert_true(product == (cases[i].product ? a * b : 7));
        assert_int_equal(pmy_size_add(a, b, &sum), cases[i].sum);
        assert_true(sum == (cases[i].sum ? a + b : 7));
    }
}

static void rank_size_and_last_axis(void **state)
{
    (void)state;
    static const struct {
        pmy_shape shape;
        unsigned rank;
        size_t size, last;
    } cases[] = {
        {{{0}}, 0, 1, 1},    {{{5}}, 1, 5, 5},        {{{3, 4}}, 2, 12, 4},
        {{{1, 1}}, 2, 1, 1}, {{{2, 3, 5}}, 3, 30, 5}, {{{2, 3, 5, 7}}, 4, 210, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(pmy_shape_valid(cases[i].shape));
        assert_int_equal(pmy_shape_rank(cases[i].shape), cases[i].rank);
        assert_int_equal(pmy_shape_size(cases[i].shape), cases[i].size);
        assert_int_equal(pmy_shape_last(cases[i].shape), cases[i].last);
        for (size_t j = 0; j < sizeof cases / sizeof *cases; j++)
            assert_int_equal(pmy_shape_equal(cases[i].shape, cases[j].shape), i == j);
    }
}

static void shapes_are_read_as_they_are_printed(void **state)
{
    (void)state;
    static const pmy_shape shapes[] = {{{5}}, {{1, 28, 28}}, {{1, 1, 1, 1}}, {{10, 200, 3000, 40000}}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        pmy_shape shape;
        assert_true(pmy_shape_read(pmy_shape_print(shapes[i]).text, &shape));
        assert_true(pmy_shape_equal(shape, shapes[i]));
    }
    pmy_shape old;
    assert_true(pmy_shape_read("1,28,28", &old));
    assert_true(pmy_shape_equal(old, PMY_SHAPE(1, 28, 28)));
    static const char *const wrong[] = {"",
                                        "x",
                                        "5x",
                                        "x5",
                                        "0",
                                        "3x0x2",
                                        "1x2x3x4x5",
                                        "5 ",
                                        " 5",
                                        "-5",
                                        "3X4",
                                        "3, 4",
                                        "3,4,",
                                        "3.0",
                                        "five",
                                        "scalar",
                                        "0x10",
                                        "5xx",
                                        "1x2x3x4x",
                                        "18446744073709551617",
                                        "9999999999x9999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pmy_shape shape;
        assert_false(pmy_shape_read(wrong[i], &shape));
    }
}

static void a_hole_or_too_many_bytes_are_no_shape(void **state)
{
    (void)state;
    assert_false(pmy_shape_valid(PMY_SHAPE(0, 5)));
    assert_false(pmy_shape_valid(PMY_SHAPE(5, 0, 2)));
    assert_false(pmy_shape_valid(PMY_SHAPE(0, 0, 0, 1)));
    assert_true(pmy_shape_valid(PMY_SHAPE(PTRDIFF_MAX / 16)));
    assert_false(pmy_shape_valid(PMY_SHAPE(PTRDIFF_MAX / 16 + 1)));
    assert_false(pmy_shape_valid(PMY_SHAPE(PTRDIFF_MAX / 16, 2)));
    /* Its size overflows to 0. */
    assert_false(pmy_shape_valid(PMY_SHAPE((size_t)1 << 32, (size_t)1 << 32)));
    assert_false(pmy_shape_valid(PMY_SHAPE(SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX)));
}

static void shapes_are_printed(void **state)
{
    (void)state;
    assert_string_equal(pmy_shape_print(PMY_SCALAR_SHAPE).text, "scalar");
    assert_string_equal(pmy_shape_print(PMY_SHAPE(7)).text, "7");
    assert_string_equal(pmy_shape_print(PMY_SHAPE(128, 784)).text, "128x784");
    assert_string_equal(pmy_shape_print(PMY_SHAPE(1, 2, 3, 4)).text, "1x2x3x4");
    assert_string_equal(pmy_shape_print(PMY_SHAPE(0, 5)).text, "0x5");
    assert_string_equal(
        pmy_shape_print(PMY_SHAPE(SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX)).text,
        "18446744073709551615x18446744073709551615x18446744073709551615x18446744073709551615");
}

static void a_row_has_all_axes_but_the_first(void **state)
{
    (void)state;
    assert_true(pmy_shape_equal(pmy_shape_of_row(PMY_SHAPE(2, 3, 4, 5)), PMY_SHAPE(3, 4, 5)));
    assert_true(pmy_shape_equal(pmy_shape_of_row(PMY_SHAPE(7)), PMY_SCALAR_SHAPE));
    assert_true(pmy_shape_equal(pmy_shape_of_row(PMY_SCALAR_SHAPE), PMY_SCALAR_SHAPE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_sums_that_do_not_fit_are_refused),
        cmocka_unit_test(rank_size_and_last_axis),
        cmocka_unit_test(shapes_are_read_as_they_are_printed),
        cmocka_unit_test(a_hole_or_too_many_bytes_are_no_shape),
        cmocka_unit_test(shapes_are_printed),
        cmocka_unit_test(a_row_has_all_axes_but_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
