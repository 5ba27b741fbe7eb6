/* Numbers as text, both ways. */
#include "common/number.h"

#include "base/number.h"
#include "base/random.h"

#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void whole_numbers_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long value;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"42", 42},
                {"+7", 7},
                {"007", 7},
                {"9223372036854775807", LLONG_MAX},
                {"-9223372036854775808", LLONG_MIN}};
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "0x10",
                                      "one",
                                      "-",
                                      "+",
                                      "--1",
                                      "1k",
                                      "1\n2",
                                      "９",
                                      "1,000",
                                      "9223372036854775808",
                                      "-9223372036854775809"};
    long long value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(number_whole(good[i].text, &value));
        assert_true(value == good[i].value);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (number_whole(bad[i], &value))
            fail_msg("\"%s\" was read as %lld", bad[i], value);
}

static void real_numbers_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {{"0", 0},
                {"-.5", -.5},
                {"1e3", 1e3},
                {"-1E-3", -1e-3},
                {"5.", 5},
                {"+2.5", 2.5},
                {"4.9e-324", 4.9e-324},
                {"1e-310", 1e-310},
                {"-inf", -HUGE_VAL},
                {"inf", HUGE_VAL},
                {"Infinity", HUGE_VAL},
                {"1.7976931348623157e308", DBL_MAX}};
    static const char *const bad[] = {"",        " 1",   "1 ",   "1,5",  "1.5.2",  "e3",     ".",
                                      "-",       "1e",   "1x",   "−1",   "1e999",  "-1e999", "1e-999",
                                      "infinit", "0.5f", "nano", "0x10", "nan(1)", "\t1",    "+"};
    double value;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(pmy_number_read(good[i].text, strlen(good[i].text), &value));
        assert_true(value == good[i].value);
    }
    assert_true(pmy_number_read("nan", 3, &value) && isnan(value));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (pmy_number_read(bad[i], strlen(bad[i]), &value))
            fail_msg("\"%s\" was read as %g", bad[i], value);
    assert_true(pmy_number_read("12.5e", 4, &value) && value == 12.5);
    assert_true(pmy_number_read("-0", 2, &value) && !signbit(value));
    char digits[129];
    memset(digits, '0', sizeof digits);
    assert_true(pmy_number_read(digits, 127, &value) && value == 0);
    assert_false(pmy_number_read(digits, 128, &value));
}

static void negative_numbers_are_told_from_options(void **state)
{
    (void)state;
    static const char *const numbers[] = {"-1",        "-200", "-.5",  "-1e3", "-inf",
                                          "-Infinity", "-NaN", "-0x1", "-1x"};
    static const char *const others[] = {"1", "-", "--1", "-.", "-e3", "-x", "--help", "", "-.x", "-i"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_true(number_is_negative(numbers[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(number_is_negative(others[i]));
}

static void ranges_hold_what_they_say(void **state)
{
    (void)state;
    const number_range closed = {.minimum = 0, .maximum = 1};
    const number_range open = {.minimum = 0, .maximum = 1, .above_minimum = true, .below_maximum = true};
    const number_range finite = {.minimum = -DBL_MAX, .maximum = DBL_MAX};
    const number_range masked = {.minimum = -HUGE_VAL, .maximum = DBL_MAX};
    const number_range any = {.minimum = -HUGE_VAL, .maximum = HUGE_VAL};
    assert_true(number_in_range(0, &closed) && number_in_range(1, &closed) && number_in_range(.5, &open));
    assert_false(number_in_range(0, &open) || number_in_range(1, &open));
    assert_false(number_in_range(-1e-300, &closed) || number_in_range(1.0000001, &closed));
    assert_true(number_in_range(-DBL_MAX, &finite) && number_in_range(DBL_MAX, &finite));
    assert_false(number_in_range(HUGE_VAL, &finite) || number_in_range(-HUGE_VAL, &finite));
    assert_true(number_in_range(-HUGE_VAL, &masked));
    assert_false(number_in_range(HUGE_VAL, &masked));
    assert_true(number_in_range(HUGE_VAL, &any));
    assert_false(number_in_range((double)NAN, &any) || number_in_range((double)NAN, &closed) ||
                 number_in_range((double)NAN, &open));
}

static void expect_range_text(number_range range, const char *expected)
{
    char text[NUMBER_RANGE_TEXT];
    assert_string_equal(number_range_text(&range, text), expected);
}

static void ranges_are_told_in_words(void **state)
{
    (void)state;
    expect_range_text((number_range){0, 1000, false, false}, "a number between 0 and 1000");
    expect_range_text((number_range){0, 1, true, false}, "a number above 0 and at most 1");
    expect_range_text((number_range){0, 1, false, true}, "a number at least 0 and below 1");
    expect_range_text((number_range){0, DBL_MAX, true, false}, "a number above 0");
    expect_range_text((number_range){1e-6, DBL_MAX, false, false}, "a number at least 1e-06");
    expect_range_text((number_range){-DBL_MAX, 2.5, false, true}, "a number below 2.5");
    expect_range_text((number_range){-DBL_MAX, DBL_MAX, false, false}, "a finite number");
    expect_range_text((number_range){-HUGE_VAL, DBL_MAX, false, false}, "a finite number or -inf");
}

static void expect_text(double value, pmy_number_precision precision, const char *expected)
{
    assert_string_equal(pmy_number_print(value, precision).text, expected);
}

static void text_is_short_where_it_can_be(void **state)
{
    (void)state;
    expect_text(0.05, PMY_NUMBER_DOUBLE, "0.05");
    expect_text((double)0.1f, PMY_NUMBER_FLOAT, "0.1");
    expect_text((double)0.1f, PMY_NUMBER_DOUBLE, "0.10000000149011612");
    expect_text(1.0 / 3, PMY_NUMBER_DOUBLE, "0.3333333333333333");
    expect_text((double)(1.0f / 3), PMY_NUMBER_FLOAT, "0.33333334");
    expect_text(0, PMY_NUMBER_DOUBLE, "0");
    expect_text(-0.0, PMY_NUMBER_FLOAT, "-0");
    expect_text(1e22, PMY_NUMBER_DOUBLE, "1e+22");
    expect_text((double)NAN, PMY_NUMBER_DOUBLE, "nan");
    expect_text((double)-NAN, PMY_NUMBER_FLOAT, "nan");
    expect_text(-HUGE_VAL, PMY_NUMBER_FLOAT, "-inf");
    expect_text(5e-324, PMY_NUMBER_DOUBLE, "4.94065645841247e-324");
}

/* Any bits at all, subnormals among them. */
static void text_reads_back_as_the_same_number(void **state)
{
    (void)state;
    pmy_random random = {.seed = 1};
    for (int i = 0; i < 100000; i++) {
        uint32_t words[2] = {pmy_random_word(&random), pmy_random_word(&random)};
        double real;
        float single;
        memcpy(&real, words, sizeof real);
        memcpy(&single, words, sizeof single);
        if (isfinite(real))
            assert_true(strtod(pmy_number_print(real, PMY_NUMBER_DOUBLE).text, NULL) == real);
        if (isfinite(single))
            assert_true(strtof(pmy_number_print((double)single, PMY_NUMBER_FLOAT).text, NULL) == single);
    }
}

/* Where there is the means to make one: a locale whose decimal point is a comma. */
static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    const char *folder = getenv("TMPDIR");
    char command[4096];
    (void)snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1",
                   folder ? folder : "/tmp");
    int made = system(command);
    (void)setenv("LOCPATH", folder ? folder : "/tmp", 1);
    if (made != 0 || !setlocale(LC_NUMERIC, "de_DE.UTF-8") || *localeconv()->decimal_point != ',')
        skip();
    double value;
    assert_true(pmy_number_read("0.25", 4, &value) && value == 0.25);
    assert_false(pmy_number_read("0,25", 4, &value));
    expect_text(0.25, PMY_NUMBER_DOUBLE, "0.25");
    assert_string_equal(localeconv()->decimal_point, ",");
    (void)setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_read_whole),
        cmocka_unit_test(real_numbers_are_read_whole),
        cmocka_unit_test(negative_numbers_are_told_from_options),
        cmocka_unit_test(ranges_hold_what_they_say),
        cmocka_unit_test(ranges_are_told_in_words),
        cmocka_unit_test(text_is_short_where_it_can_be),
        cmocka_unit_test(text_reads_back_as_the_same_number),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
