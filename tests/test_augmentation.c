/* The line of text that says how pictures are augmented. */
#include "data/augmentation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void lines_become_canonical(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical;
    } lines[] = {
        {"none", "none"},
        {"  none ", "none"},
        {"shift 0, scale 0", "none"},
        {"rotate 10 ,shift 2.50", "shift 2.5, rotate 10"},
        {"cutout 10000,elastic 1.5 smooth 4", "elastic 1.5, cutout 10000"},
        {"elastic 0.1 smooth 3, shear 0.1, scale 0.99", "scale 0.99, shear 0.1, elastic 0.1 smooth 3"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        pmy_augmentation read, again;
        assert_int_equal(pmy_augmentation_read(lines[i].text, &read, NULL), PMY_OK);
        pmy_augmentation_text text = pmy_augmentation_print(&read);
        assert_string_equal(text.text, lines[i].canonical);
        assert_int_equal(pmy_augmentation_read(text.text, &again, NULL), PMY_OK);
        assert_string_equal(pmy_augmentation_print(&again).text, lines[i].canonical);
    }
}

static void numbers_go_where_they_belong(void **state)
{
    (void)state;
    pmy_augmentation a;
    assert_int_equal(pmy_augmentation_read(
                         "shift 1, rotate 2, scale 0.3, shear 4, elastic 5 smooth 6, cutout 7", &a, NULL),
                     PMY_OK);
    assert_true(a.shift == 1 && a.rotation == 2 && a.scale == 0.3 && a.shear == 4 && a.elastic == 5 &&
                a.smooth == 6 && a.cutout == 7);
    assert_false(pmy_augmentation_is_none(&a));
    assert_false(pmy_augmentation_stays(&a));
    a = (pmy_augmentation){.cutout = 3};
    assert_false(pmy_augmentation_is_none(&a));
    assert_true(pmy_augmentation_stays(&a));
}

static void each_wrong_word_is_pointed_at(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *message;
    } lines[] = {
        {"shift 2, rotat 10", "rotat", "did you mean 'rotate'?"},
        {"shift 2, blur 10", "blur", "unknown augmentation 'blur'"},
        {"shift 2 rotate 10", "rotate", "comma missing"},
        {"rotate", "rotate", "rotate needs a number after it"},
        {"rotate ten", "ten", "rotate needs a number"},
        {"rotate 181", "181", "between 0 and 180"},
        {"shift -1", "-1", "between 0 and 1000"},
        {"scale 1", "1", "between 0 and 0.99"},
        {"cutout 2.5", "2.5", "whole number between 0 and 10000"},
        {"elastic 2 smooth", "smooth", "smooth needs a number after it"},
        {"elastic 2 smooth 0", "0", "between 1 and 1000"},
        {"shift 1, rotate 2, shift 3", "shift 3", "shift is given twice"},
        {"none, shift 1", "none", "unknown augmentation 'none'"},
        {"shift 2]", "]", "does not belong here"},
        {"shift 2,", "", "missing here"},
        {"", "", "missing here"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        pmy_augmentation a;
        pmy_error error;
        assert_int_equal(pmy_augmentation_read(lines[i].text, &a, &error), PMY_BAD_ARGUMENT);
        if (!strstr(error.message, lines[i].message))
            fail_msg("'%s': '%s' does not say '%s'", lines[i].text, error.message, lines[i].message);
        assert_true(strncmp(lines[i].text + error.position, lines[i].place, strlen(lines[i].place)) == 0);
        if (*lines[i].place)
            assert_int_equal(error.length, strcspn(lines[i].place, " "));
    }
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    pmy_error error;
    assert_int_equal(pmy_augmentation_check(&(pmy_augmentation){.shift = 3, .smooth = 1000}, &error), PMY_OK);
    assert_int_equal(pmy_augmentation_check(&(pmy_augmentation){.shear = 11}, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "shear"));
    assert_int_equal(pmy_augmentation_check(&(pmy_augmentation){.smooth = 0.5}, &error), PMY_BAD_ARGUMENT);
    assert_non_null(strstr(error.message, "smooth"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_canonical),
        cmocka_unit_test(numbers_go_where_they_belong),
        cmocka_unit_test(each_wrong_word_is_pointed_at),
        cmocka_unit_test(numbers_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
