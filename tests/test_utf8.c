/* UTF-8: decoding, widths, what is printed, and paragraphs. */
#include "common/paragraph.h"
#include "common/utf8.h"

#include "capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_character_comes_back(void **state)
{
    (void)state;
    /* All of the low ones, few of the high ones. */
    for (uint32_t character = 1; character <= 0x10FFFF; character += 1 + character / 500) {
        if (character >= 0xD800 && character <= 0xDFFF)
            continue; /* surrogates are no characters */
        char bytes[8] = {0};
        FILE *file = fmemopen(bytes, sizeof bytes, "w");
        utf8_put(file, character);
        (void)fclose(file);
        const char *text = bytes;
        assert_int_equal(utf8_next(&text), character);
        assert_int_equal(*text, '\0');
        assert_int_equal(utf8_next(&text), 0);
        assert_ptr_equal(text, bytes + strlen(bytes));
    }
}

static void invalid_bytes_are_replaced_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t replacements; /* before an 'x' and the end */
    } cases[] = {
        {"\x80x", 1},             /* a continuation alone */
        {"\xC0\xAFx", 2},         /* overlong slash */
        {"\xE0\x80\xAFx", 3},     /* overlong slash */
        {"\xF0\x80\x80\xAFx", 4}, /* overlong slash */
        {"\xED\xA0\x80x", 3},     /* a surrogate */
        {"\xF4\x90\x80\x80x", 4}, /* above U+10FFFF */
        {"\xF5x", 1},
        {"\xFFx", 1},
        {"\xC3x", 1},         /* cut after one of two */
        {"\xE2\x88x", 2},     /* cut after two of three */
        {"\xF0\x9F\x98x", 3}, /* cut after three of four */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i].bytes;
        for (size_t j = 0; j < cases[i].replacements; j++)
            assert_int_equal(utf8_next(&text), UTF8_REPLACEMENT);
        assert_int_equal(utf8_next(&text), 'x');
        assert_int_equal(utf8_next(&text), 0);
    }
    const char *cut = "\xE2\x88";
    assert_int_equal(utf8_next(&cut), UTF8_REPLACEMENT);
    assert_int_equal(utf8_next(&cut), UTF8_REPLACEMENT);
    assert_int_equal(utf8_next(&cut), 0);
}

static void width_is_in_columns(void **state)
{
    (void)state;
    assert_int_equal(utf8_width(""), 0);
    assert_int_equal(utf8_width("abc"), 3);
    assert_int_equal(utf8_width("×−∂"), 3);
    assert_int_equal(utf8_width("Jᵀ·∂L/∂p"), 8);
    assert_int_equal(utf8_width("e\xCC\x81"), 1); /* e and a combining accent */
    assert_int_equal(utf8_width("数字"), 4);
    assert_int_equal(utf8_width("\xFF\xFE"), 2);
    assert_int_equal(utf8_width_up_to("−−x", 3), 1);
}

static void expect_print(const char *text, size_t columns, const char *expected)
{
    char *written = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&written, &size);
    size_t taken = utf8_print(file, text, columns);
    (void)fclose(file);
    assert_string_equal(written, expected);
    assert_int_equal(taken, utf8_width(expected));
    free(written);
}

static void printing_cuts_and_cleans(void **state)
{
    (void)state;
    expect_print("seven", 5, "seven");
    expect_print("sevens", 5, "seve…");
    expect_print("−−−", 2, "−…");
    expect_print("数字数", 4, "数…");
    expect_print("abc", 0, "");
    expect_print("abc", 1, "…");
    expect_print("a\033[31mb\n", 20, "a\xEF\xBF\xBD[31mb\xEF\xBF\xBD");
    expect_print("a\xC2\x9B", 20, "a\xEF\xBF\xBD");
    expect_print("a\xFF", 20, "a\xEF\xBF\xBD");
}

static void expect_paragraph(const char *text, size_t column, size_t indent, const char *expected)
{
    capture_begin(stdout);
    paragraph_print(stdout, text, column, indent);
    char *written = capture_end();
    assert_string_equal(written, expected);
    free(written);
}

static void paragraphs_break_between_words(void **state)
{
    (void)state;
    expect_paragraph("", 0, 4, "\n");
    expect_paragraph("one  two", 0, 2, "  one two\n");
    expect_paragraph("one\ntwo", 3, 5, "  one\n     two\n");
    expect_paragraph("one\n\ntwo", 0, 0, "one\n\ntwo\n");
    /* 40 + 1 + 39 columns fit, one more does not; bytes do not count. */
    expect_paragraph("−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−− 123456789012345678901234567890123456789", 0, 0,
                     "−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−− 123456789012345678901234567890123456789\n");
    expect_paragraph("−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−− 1234567890123456789012345678901234567890", 0,
                     0,
                     "−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−−\n1234567890123456789012345678901234567890\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(invalid_bytes_are_replaced_one_by_one),
        cmocka_unit_test(width_is_in_columns),
        cmocka_unit_test(printing_cuts_and_cleans),
        cmocka_unit_test(paragraphs_break_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
