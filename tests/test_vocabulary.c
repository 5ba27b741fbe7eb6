/* Which tokens a text is made of, and the line of text that says so in a model file. */
#include "data/vocabulary.h"

#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool are_same(const pmy_vocabulary *a, const pmy_vocabulary *b)
{
    return a->unit == b->unit && a->lines == b->lines && a->count == b->count &&
           memcmp(a->codes, b->codes, a->count * sizeof *a->codes) == 0;
}

static pmy_vocabulary vocabulary_of(pmy_token_unit unit, bool lines, const char *text)
{
    pmy_vocabulary v = {.unit = unit, .lines = lines};
    assert_int_equal(pmy_vocabulary_fill(&v, "some.txt", text, strlen(text), NULL), PMY_OK);
    return v;
}

static void expect_line(const pmy_vocabulary *v, const char *line)
{
    char *printed = pmy_vocabulary_print(v);
    assert_string_equal(printed, line);
    free(printed);
}

/* --- Made of a text --------------------------------------------------------- */

static void a_vocabulary_has_what_occurs_in_ascending_order(void **state)
{
    (void)state;
    static const struct {
        pmy_token_unit unit;
        bool lines;
        const char *text, *line;
    } cases[] = {
        {PMY_BYTES, false, "cab\n", "bytes a 61-63"},
        {PMY_BYTES, false, "h\xc3\xa9h", "bytes 68 a9 c3"},
        {PMY_BYTES, false, "\xff", "bytes ff"},
        {PMY_BYTES, false, "a\r\n", "bytes a d 61"},
        {PMY_CHARACTERS, false, "h\xc3\xa9\xf0\x9f\x98\x80g", "characters 67-68 e9 1f600"},
        {PMY_CHARACTERS, false, "a\r\n", "characters a d 61"},
        {PMY_CHARACTERS, true, "ab\r\ne", "characters lines a 61-62 65"},
        {PMY_CHARACTERS, true, "a\rb", "characters lines a d 61-62"},
        {PMY_BYTES, true, "b", "bytes lines a 62"},
        {PMY_CHARACTERS, false, "\xef\xbf\xbf\xf4\x8f\xbf\xbf\x7f", "characters 7f ffff 10ffff"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        pmy_vocabulary v = vocabulary_of(cases[c].unit, cases[c].lines, cases[c].text);
        expect_line(&v, cases[c].line);
        pmy_vocabulary read;
        assert_int_equal(pmy_vocabulary_read(&read, "model", cases[c].line, NULL), PMY_OK);
        assert_true(are_same(&v, &read));
        expect_line(&read, cases[c].line);
        pmy_vocabulary_free(&read);
        assert_false(are_same(&v, &read));
        pmy_vocabulary_free(&v);
        assert_int_equal(v.count, 0);
    }
}

static void vocabularies_differ_in_each_part(void **state)
{
    (void)state;
    static const char *const lines[] = {"bytes a 62",    "characters a 62", "bytes lines a 62",
                                        "bytes a 62-63", "bytes a 63",      "characters lines a 62",
                                        "characters 62"};
    enum { LINES = sizeof lines / sizeof *lines };
    pmy_vocabulary read[LINES];
    for (size_t i = 0; i < LINES; i++)
        assert_int_equal(pmy_vocabulary_read(&read[i], "model", lines[i], NULL), PMY_OK);
    for (size_t i = 0; i < LINES; i++)
        for (size_t j = 0; j < LINES; j++)
            assert_int_equal(are_same(&read[i], &read[j]), i == j);
    for (size_t i = 0; i < LINES; i++)
        pmy_vocabulary_free(&read[i]);
}

static void the_end_of_a_line_is_a_token(void **state)
{
    (void)state;
    pmy_vocabulary lines = vocabulary_of(PMY_BYTES, true, "\tx"),
                   text = vocabulary_of(PMY_BYTES, false, "\n");
    char bytes[4];
    assert_int_equal(pmy_vocabulary_end(&lines), 1);
    assert_int_equal(pmy_vocabulary_decode(&lines, 1, bytes), 1);
    assert_int_equal(bytes[0], '\n');
    assert_int_equal(pmy_vocabulary_end(&text), -1);
    pmy_vocabulary_free(&lines);
    pmy_vocabulary_free(&text);
}

static void what_is_no_utf8_is_placed(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\xff", "some.txt: line 1, column 1: the byte ff is no UTF-8; its tokens can be bytes"},
        {"a\n\xc3\xa9xy\xc3(",
         "some.txt: line 2, column 4: the byte c3 is no UTF-8; its tokens can be bytes"},
        {"a\r\n\r\nb\xed\xa0\x80",
         "some.txt: line 3, column 2: the byte ed is no UTF-8; its tokens can be bytes"},
        {"ab\xe2\x82", "some.txt: line 1, column 3: the byte e2 is no UTF-8; its tokens can be bytes"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int lines = 0; lines < 2; lines++) {
            pmy_vocabulary v = {.unit = PMY_CHARACTERS, .lines = lines};
            pmy_error error = {0};
            assert_int_equal(
                pmy_vocabulary_fill(&v, "some.txt", cases[c].text, strlen(cases[c].text), &error),
                PMY_BAD_FILE);
            assert_string_equal(error.message, cases[c].message);
            assert_int_equal(v.count, 0);
            assert_null(v.codes);
        }
}

/* As many characters from U+10000 on as may be, and one more. */
static void there_are_at_most_65536_tokens(void **state)
{
    (void)state;
    enum { MOST = PMY_MAX_VOCABULARY + 1 };
    char *text = malloc(4 * MOST);
    for (unsigned i = 0; i < MOST; i++) {
        unsigned code = 0x10000 + i;
        const char bytes[4] = {(char)(0xF0 | code >> 18), (char)(0x80 | (code >> 12 & 0x3F)),
                               (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F))};
        memcpy(text + 4 * i, bytes, 4);
    }
    pmy_vocabulary v = {.unit = PMY_CHARACTERS};
    pmy_error error = {0};
    assert_int_equal(pmy_vocabulary_fill(&v, "big", text, 4 * MOST, &error), PMY_BAD_FILE);
    assert_string_equal(error.message, "big: has 65537 different characters: the most is 65536");
    assert_null(v.codes);
    assert_int_equal(pmy_vocabulary_fill(&v, "big", text, 4 * (MOST - 1), &error), PMY_OK);
    assert_int_equal(v.count, 65536);
    expect_line(&v, "characters 10000-1ffff");
    int32_t token;
    assert_int_equal(pmy_vocabulary_next(&v, text + 4 * (MOST - 2), 4, &token), 4);
    assert_int_equal(token, 65535);
    pmy_vocabulary_free(&v);
    free(text);
}

/* --- Text and tokens -------------------------------------------------------- */

static void a_text_comes_back_from_its_tokens(void **state)
{
    (void)state;
    static const char text[] = "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80\n\tr\xc3\xb4le";
    for (int unit = PMY_BYTES; unit <= PMY_CHARACTERS; unit++)
        for (int lines = 0; lines < 2; lines++) {
            pmy_vocabulary v = vocabulary_of((pmy_token_unit)unit, lines, text);
            int32_t tokens[sizeof text];
            size_t count, used = 0;
            char back[sizeof text] = "";
            assert_int_equal(pmy_vocabulary_encode(&v, "x", text, strlen(text), tokens, &count, NULL),
                             PMY_OK);
            assert_int_equal(count, unit == PMY_BYTES ? strlen(text) : 15);
            for (size_t i = 0; i < count; i++) {
                assert_in_range(tokens[i], 0, v.count - 1);
                used += pmy_vocabulary_decode(&v, tokens[i], back + used);
            }
            assert_int_equal(used, strlen(text));
            assert_memory_equal(back, text, used);
            pmy_vocabulary_free(&v);
        }
}

static void a_line_break_of_two_bytes_is_one_token_of_lines(void **state)
{
    (void)state;
    pmy_vocabulary lines = vocabulary_of(PMY_CHARACTERS, true, "ab\r\nb");
    int32_t tokens[5];
    size_t count;
    assert_int_equal(pmy_vocabulary_encode(&lines, "x", "a\r\nb\n", 5, tokens, &count, NULL), PMY_OK);
    const int32_t expected[] = {1, 0, 2, 0};
    assert_int_equal(count, 4);
    assert_memory_equal(tokens, expected, sizeof expected);
    /* A \r alone is a character, which is not among them. */
    assert_int_equal(pmy_vocabulary_encode(&lines, "x", "a\rb", 3, tokens, &count, NULL), PMY_BAD_FILE);
    pmy_vocabulary_free(&lines);
}

static void what_is_not_in_it_is_named_and_placed(void **state)
{
    (void)state;
    static const struct {
        pmy_token_unit unit;
        const char *text, *message;
    } cases[] = {
        {PMY_CHARACTERS, "x", "p: line 1, column 1: 'x' is not among the 4 characters known"},
        {PMY_CHARACTERS, "ab\na\xc3\xa9\xc3\xa8",
         "p: line 2, column 3: '\xc3\xa8' is not among the 4 characters known"},
        {PMY_CHARACTERS, "a ", "p: line 1, column 2: 'space' is not among the 4 characters known"},
        {PMY_CHARACTERS, "\x1b[", "p: line 1, column 1: '\\x1b' is not among the 4 characters known"},
        {PMY_CHARACTERS, "a\xc2\x9b", "p: line 1, column 2: '\\u009b' is not among the 4 characters known"},
        {PMY_CHARACTERS, "a\xc2", "p: line 1, column 2: the byte c2 is no UTF-8; its tokens can be bytes"},
        {PMY_BYTES, "\xc3\xa9\xa8", "p: line 1, column 3: '\\xa8' is not among the 5 bytes known"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        pmy_vocabulary v = vocabulary_of(cases[c].unit, false, "a\nb\xc3\xa9");
        int32_t tokens[16];
        size_t count;
        pmy_error error = {0};
        assert_int_equal(
            pmy_vocabulary_encode(&v, "p", cases[c].text, strlen(cases[c].text), tokens, &count, &error),
            PMY_BAD_FILE);
        assert_string_equal(error.message, cases[c].message);
        pmy_vocabulary_free(&v);
    }
}

static void tokens_can_be_shown(void **state)
{
    (void)state;
    static const char *const of_characters[] = {"\\x01", "\\t",   "\\n",     "\\r",      "space",
                                                "a",     "\\x7f", "\\u0085", "\xc3\xa9", "\xf0\x9f\x98\x80"};
    pmy_vocabulary v =
        vocabulary_of(PMY_CHARACTERS, false, "\x01\t\n\r a\x7f\xc2\x85\xc3\xa9\xf0\x9f\x98\x80");
    assert_int_equal(v.count, 10);
    for (int32_t token = 0; token < 10; token++)
        assert_string_equal(pmy_vocabulary_show(&v, token).text, of_characters[token]);
    pmy_vocabulary_free(&v);
    v = vocabulary_of(PMY_BYTES, false, "~\x80\xff");
    assert_string_equal(pmy_vocabulary_show(&v, 0).text, "~");
    assert_string_equal(pmy_vocabulary_show(&v, 1).text, "\\x80");
    assert_string_equal(pmy_vocabulary_show(&v, 2).text, "\\xff");
    pmy_vocabulary_free(&v);
}

/* --- In a model file -------------------------------------------------------- */

static void wrong_lines_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "bytes",
                                        "bytes ",
                                        "byte 61",
                                        "words 61",
                                        "bytes61",
                                        "bytes  61",
                                        " bytes 61",
                                        "bytes 61 ",
                                        "bytes 61  62",
                                        "bytes 62 61",
                                        "bytes 61 61",
                                        "bytes 61-",
                                        "bytes -61",
                                        "bytes 62-61",
                                        "bytes 61-62-63",
                                        "bytes 61-63 63",
                                        "bytes 100",
                                        "bytes 0-100",
                                        "bytes 6G",
                                        "bytes 6A",
                                        "bytes 0x61",
                                        "bytes 61,62",
                                        "characters d800",
                                        "characters dfff",
                                        "characters d000-e000",
                                        "characters 110000",
                                        "characters 0-110000",
                                        "characters 1000000",
                                        "characters ffffffffff",
                                        "characters 10000000000000061",
                                        "characters lines",
                                        "characters lines ",
                                        "characters lines 61",
                                        "characters linesa 61",
                                        "characters lines lines a",
                                        "characters 0-ffff",
                                        "characters 0-d7ff e000-1ffff",
                                        "bytes 61\n",
                                        "bytes \xff",
                                        "bytes 61 lines a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        pmy_vocabulary read = {.count = 7};
        pmy_error error = {0};
        if (pmy_vocabulary_read(&read, "the.model", wrong[i], &error) != PMY_BAD_FILE)
            fail_msg("'%s' is no vocabulary", wrong[i]);
        assert_int_equal(strncmp(error.message, "the.model: ", 11), 0);
        assert_int_equal(read.count, 0);
        assert_null(read.codes);
    }
}

/* Whatever is read prints as something that reads as the same. */
static void any_line_is_read_safely(void **state)
{
    (void)state;
    static const char *const pieces[] = {"bytes",    "characters", " ",  "lines", "-",    "a",      "61",
                                         "62-7e",    " 61-7a",     "\n", "d7ff",  "e000", "10ffff", "ff",
                                         "\xc3\xa9", "0",          " 0", " a",    " 20",  "-ffff",  " 10000"};
    pmy_random random = {.seed = 3};
    size_t good = 0;
    for (int turn = 0; turn < 4000; turn++) {
        char line[256];
        size_t used = (size_t)snprintf(line, sizeof line, "%s", pieces[pmy_random_below(&random, 2)]);
        for (uint32_t more = pmy_random_below(&random, 8); more > 0; more--)
            used += (size_t)snprintf(line + used, sizeof line - used, "%s",
                                     pieces[pmy_random_below(&random, sizeof pieces / sizeof *pieces)]);
        pmy_vocabulary read, again;
        if (pmy_vocabulary_read(&read, "x", line, NULL) != PMY_OK)
            continue;
        good++;
        char *printed = pmy_vocabulary_print(&read);
        assert_int_equal(pmy_vocabulary_read(&again, "x", printed, NULL), PMY_OK);
        assert_true(are_same(&read, &again));
        free(printed);
        pmy_vocabulary_free(&read);
        pmy_vocabulary_free(&again);
    }
    assert_true(good > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vocabulary_has_what_occurs_in_ascending_order),
        cmocka_unit_test(vocabularies_differ_in_each_part),
        cmocka_unit_test(the_end_of_a_line_is_a_token),
        cmocka_unit_test(what_is_no_utf8_is_placed),
        cmocka_unit_test(there_are_at_most_65536_tokens),
        cmocka_unit_test(a_text_comes_back_from_its_tokens),
        cmocka_unit_test(a_line_break_of_two_bytes_is_one_token_of_lines),
        cmocka_unit_test(what_is_not_in_it_is_named_and_placed),
        cmocka_unit_test(tokens_can_be_shown),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(any_line_is_read_safely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
