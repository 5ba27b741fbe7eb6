/* Texts as tokens: what is encoded, how it is split, and the windows of it. */
#include "data/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder.h"

static pmy_text text_of(pmy_vocabulary *vocabulary, const char *bytes)
{
    pmy_text text;
    assert_int_equal(pmy_text_encode("t", bytes, strlen(bytes), vocabulary, &text, NULL), PMY_OK);
    return text;
}

/* The text, all of its tokens or those of a window, as characters; targets to be ignored are '.'. */
static const char *shown(const pmy_vocabulary *vocabulary, size_t count, const int32_t *tokens)
{
    static char out[256];
    assert_true(count < sizeof out);
    for (size_t i = 0; i < count; i++)
        out[i] = tokens[i] == PMY_NO_TARGET ? '.' : (char)vocabulary->codes[tokens[i]];
    out[count] = 0;
    return out;
}

static const char *contents(const pmy_vocabulary *vocabulary, const pmy_text *text)
{
    int32_t tokens[256];
    for (size_t i = 0; i < text->count; i++)
        tokens[i] = text->narrow ? text->narrow[i] : text->wide[i];
    return shown(vocabulary, text->count, tokens);
}

/* --- Encoding --------------------------------------------------------------- */

static void a_text_is_its_tokens(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_CHARACTERS};
    pmy_text text = text_of(&v, "hello\r\n\nworld");
    assert_int_equal(v.count, 9);
    assert_int_equal(text.count, 13);
    assert_string_equal(contents(&v, &text), "hello\r\n\nworld");
    assert_int_equal(text.end, -1);
    assert_null(text.begin);
    assert_int_equal(text.lines, 0);
    assert_int_equal(text.empty_lines, 0);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
}

static void a_line_is_between_two_ends(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *tokens;
        size_t lines, empty;
    } cases[] = {
        {"emma\nolivia\n", "\nemma\nolivia\n", 2, 0},
        {"emma\nolivia", "\nemma\nolivia\n", 2, 0},
        {"emma\r\nolivia\r\n", "\nemma\nolivia\n", 2, 0},
        {"\n\r\na\n\n\nb\n\n", "\na\nb\n", 2, 5},
        {"a", "\na\n", 1, 0},
        {"\na", "\na\n", 1, 1},
        {"a\r", "\na\r\n", 1, 0},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        pmy_vocabulary v = {.unit = PMY_BYTES, .lines = true};
        pmy_text text = text_of(&v, cases[c].bytes);
        assert_string_equal(contents(&v, &text), cases[c].tokens);
        assert_int_equal(text.lines, cases[c].lines);
        assert_int_equal(text.empty_lines, cases[c].empty);
        assert_int_equal(text.end, 0);
        assert_int_equal(text.begin[0], 0);
        assert_int_equal(text.begin[text.lines], text.count - 1);
        pmy_text_free(&text);
        pmy_vocabulary_free(&v);
    }
}

/* 256 tokens are bytes, 257 are not. */
static void many_tokens_take_two_bytes(void **state)
{
    (void)state;
    for (unsigned count = 256; count <= 257; count++) {
        char bytes[2 * 257];
        for (unsigned i = 0; i < count; i++) {
            bytes[2 * i] = (char)(0xC4 + i / 64); /* U+0100 + i */
            bytes[2 * i + 1] = (char)(0x80 + i % 64);
        }
        pmy_vocabulary v = {.unit = PMY_CHARACTERS};
        pmy_text text;
        assert_int_equal(pmy_text_encode("t", bytes, 2 * count, &v, &text, NULL), PMY_OK);
        assert_int_equal(text.count, count);
        assert_int_equal(text.narrow != NULL, count == 256);
        assert_int_equal(text.wide != NULL, count == 257);
        int32_t tokens[257], targets[257];
        assert_int_equal(pmy_text_window(&text, 0, count, tokens, targets), count - 1);
        for (unsigned i = 0; i + 1 < count; i++) {
            assert_int_equal(tokens[i], i);
            assert_int_equal(targets[i], i + 1);
        }
        pmy_text front, back;
        assert_int_equal(pmy_text_split(&text, 0.5, &front, &back, NULL), PMY_OK);
        assert_int_equal(front.count, 128);
        assert_int_equal(pmy_text_window(&back, 0, 1, tokens, targets), 1);
        assert_int_equal(tokens[0], 128);
        pmy_text_free(&text);
        pmy_vocabulary_free(&v);
    }
}

static void another_text_is_read_with_the_same_tokens(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_CHARACTERS};
    pmy_text text = text_of(&v, "abc\n"), other = text_of(&v, "cab");
    assert_int_equal(v.count, 4);
    assert_int_equal(other.narrow[0], 3);
    pmy_text_free(&other);
    pmy_error error = {0};
    assert_int_equal(pmy_text_encode("o.txt", "ab\nad", 5, &v, &other, &error), PMY_BAD_FILE);
    assert_string_equal(error.message, "o.txt: line 2, column 2: 'd' is not among the 4 characters known");
    assert_int_equal(other.count, 0);
    assert_null(other.owned_tokens);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
}

static void a_text_without_text_is_refused(void **state)
{
    (void)state;
    for (int lines = 0; lines < 2; lines++) {
        pmy_vocabulary v = {.lines = lines};
        pmy_text text;
        pmy_error error = {0};
        assert_int_equal(pmy_text_encode("e.txt", lines ? "\n\r\n\n" : "", lines ? 4 : 0, &v, &text, &error),
                         PMY_BAD_FILE);
        assert_string_equal(error.message, "e.txt: there is no text in it");
        assert_null(text.owned_tokens);
        pmy_vocabulary_free(&v);
    }
}

static void a_file_may_be_gzip(void **state)
{
    test_folder *folder = *state;
    pmy_vocabulary v = {.unit = PMY_BYTES};
    pmy_text text;
    pmy_error error = {0};
    pmy_file plain = contents_of("in the beginning", 16), packed = contents_gzip(plain);
    const char *path = folder_write(folder, "a.txt.gz", packed);
    assert_int_equal(pmy_text_load(path, &v, &text, &error), PMY_OK);
    assert_string_equal(contents(&v, &text), "in the beginning");
    assert_string_equal(text.name, path);
    pmy_text_free(&text);
    pmy_file_free(&plain);
    pmy_file_free(&packed);

    plain = contents_of("in the end", 10);
    path = folder_write(folder, "b.txt", plain);
    assert_failure(pmy_text_load(path, &v, &text, &error), PMY_BAD_FILE, &error, path,
                   "line 1, column 10: 'd'");
    pmy_file_free(&plain);
    path = folder_file(folder, "missing");
    assert_failure(pmy_text_load(path, &v, &text, &error), PMY_IO, &error, path, "No such file");
    assert_int_equal(text.count, 0);
    pmy_vocabulary_free(&v);
}

/* The text that comes with pmy. */
static void the_bible_is_read(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_CHARACTERS}, lines = {.unit = PMY_BYTES, .lines = true};
    pmy_text text;
    assert_int_equal(pmy_text_load("data/text/kjv.txt.gz", &v, &text, NULL), PMY_OK);
    assert_int_equal(v.count, 73);
    assert_int_equal(text.count, 4152746);
    pmy_text_free(&text);
    assert_int_equal(pmy_text_load("data/text/kjv.txt.gz", &lines, &text, NULL), PMY_OK);
    assert_int_equal(lines.count, 73);
    assert_int_equal(text.lines, 31102 + 1189);
    assert_int_equal(text.empty_lines, 2377);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
    pmy_vocabulary_free(&lines);
}

/* --- Views ------------------------------------------------------------------ */

static void a_text_splits_by_place(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_BYTES};
    pmy_text text = text_of(&v, "0123456789abcdefghijklmnopqrs"), front, back;
    assert_int_equal(pmy_text_split(&text, 0.1, &front, &back, NULL), PMY_OK);
    assert_string_equal(contents(&v, &front), "0123456789abcdefghijklmnop"); /* 2.9, rounded, are kept */
    assert_string_equal(contents(&v, &back), "qrs");
    assert_null(front.owned_tokens);
    assert_null(back.owned_tokens);
    assert_true(pmy_text_checksum(&front) != pmy_text_checksum(&text));
    assert_int_equal(pmy_text_split(&text, 0, &front, &back, NULL), PMY_OK);
    assert_int_equal(front.count, 29);
    assert_int_equal(back.count, 0);
    assert_true(pmy_text_checksum(&front) == pmy_text_checksum(&text));
    int32_t token;
    assert_int_equal(pmy_text_window(&back, 0, 1, &token, &token), 0);
    pmy_text_free(&front);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
}

static void lines_split_between_lines(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_BYTES, .lines = true};
    pmy_text text = text_of(&v, "a\nbb\n\nccc\nd\nee\n"), front, back;
    assert_int_equal(pmy_text_split(&text, 0.4, &front, &back, NULL), PMY_OK);
    assert_int_equal(front.lines, 3);
    assert_string_equal(contents(&v, &front), "\na\nbb\nccc\n");
    assert_int_equal(back.lines, 2);
    assert_string_equal(contents(&v, &back), "\nd\nee\n");
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
}

/* Nor does a share's own rounding: 1 − 0.9 is less than a tenth. */
static void no_part_is_empty(void **state)
{
    (void)state;
    static const struct {
        bool lines;
        double share;
        size_t examples, back;
    } cases[] = {
        {true, 0.9, 10, 9},        {true, 0.8, 10, 8},    {true, 0.1, 10, 1},   {true, 0.04, 10, 1},
        {true, 0.99, 10, 9},       {true, 1e-300, 10, 1}, {true, 0.5, 2, 1},    {true, 0.55, 100, 55},
        {false, 0.9, 10, 8},       {false, 0.9, 30, 27},  {false, 0.01, 10, 2}, {false, 0.3, 10, 3},
        {false, 1 - 1e-16, 10, 8}, {false, 0.001, 4, 2},  {true, 0, 10, 0},     {false, 0, 2, 0}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char bytes[201] = "";
        for (size_t i = 0; i < cases[c].examples; i++)
            (void)strcat(bytes, cases[c].lines ? "x\n" : "x");
        pmy_vocabulary v = {.lines = cases[c].lines};
        pmy_text text = text_of(&v, bytes), front, back;
        assert_int_equal(pmy_text_split(&text, cases[c].share, &front, &back, NULL), PMY_OK);
        assert_int_equal(cases[c].lines ? back.lines : back.count, cases[c].back);
        assert_int_equal((cases[c].lines ? front.lines : front.count) + cases[c].back, cases[c].examples);
        pmy_text_free(&text);
        pmy_vocabulary_free(&v);
    }
}

static void a_part_with_nothing_to_predict_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool lines;
        double share;
        const char *message;
    } cases[] = {{"abc", false, 0.1, "t: to split a share of 0.1 off takes 4 tokens, and it has 3"},
                 {"a", false, 0, "t: it has a token, and nothing to predict"},
                 {"abc", true, 0.5, "t: to split a share of 0.5 off takes 2 lines, and it has 1"},
                 {"abcd", false, 1, "t: a share of 1 cannot be split off"},
                 {"abcd", false, -0.1, "t: a share of -0.1 cannot be split off"}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        pmy_vocabulary v = {.lines = cases[c].lines};
        pmy_text text = text_of(&v, cases[c].bytes), front, back;
        pmy_error error = {0};
        assert_int_equal(pmy_text_split(&text, cases[c].share, &front, &back, &error), PMY_BAD_ARGUMENT);
        assert_string_equal(error.message, cases[c].message);
        pmy_text_free(&text);
        pmy_vocabulary_free(&v);
    }
}

/* CRC-32's check value, where the tokens are the codes. */
static void the_checksum_is_of_the_tokens(void **state)
{
    (void)state;
    pmy_vocabulary all = {.unit = PMY_BYTES}, some = {.unit = PMY_BYTES};
    char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    pmy_text text;
    assert_int_equal(pmy_text_encode("t", bytes, sizeof bytes, &all, &text, NULL), PMY_OK);
    pmy_text_free(&text);
    text = text_of(&all, "123456789");
    assert_int_equal(pmy_text_checksum(&text), 0xCBF43926);
    pmy_text_free(&text);
    text = text_of(&some, "123456789");
    assert_true(pmy_text_checksum(&text) != 0xCBF43926);
    pmy_text_free(&text);
    pmy_vocabulary_free(&all);
    pmy_vocabulary_free(&some);
}

/* --- Windows ---------------------------------------------------------------- */

/* All windows from the beginning on, "tokens>targets" each. */
static void expect_windows(const pmy_vocabulary *v, const pmy_text *text, size_t block, const char *expected)
{
    char all[512] = "";
    int32_t tokens[64], targets[64];
    size_t predicted = 0;
    for (size_t at = 0, n; (n = pmy_text_window(text, at, block, tokens, targets)); at += n) {
        predicted += n;
        (void)strcat(strcat(all, shown(v, n, tokens)), ">");
        (void)strcat(strcat(all, shown(v, block, targets)), "|");
        for (size_t i = n; i < block; i++)
            assert_int_equal(tokens[i], 0);
    }
    assert_string_equal(all, expected);
    assert_int_equal(predicted, text->count - 1);
}

static void windows_pass_over_each_token_once(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_BYTES}, lines = {.unit = PMY_BYTES, .lines = true};
    pmy_text text = text_of(&v, "abcdefgh"), front, back;
    expect_windows(&v, &text, 3, "abc>bcd|def>efg|g>h..|");
    expect_windows(&v, &text, 7, "abcdefg>bcdefgh|");
    expect_windows(&v, &text, 9, "abcdefg>bcdefgh..|");
    expect_windows(&v, &text, 1, "a>b|b>c|c>d|d>e|e>f|f>g|g>h|");
    pmy_text_free(&text);

    text = text_of(&lines, "abc\nd\nefghij");
    expect_windows(&lines, &text, 4, "\nabc>abc\n|\nd>d\n..|\nefg>efgh|hij>ij\n.|");
    expect_windows(&lines, &text, 8, "\nabc>abc\n....|\nd>d\n......|\nefghij>efghij\n.|");
    assert_int_equal(pmy_text_split(&text, 0.5, &front, &back, NULL), PMY_OK);
    expect_windows(&lines, &front, 4, "\nabc>abc\n|");
    expect_windows(&lines, &back, 4, "\nd>d\n..|\nefg>efgh|hij>ij\n.|");
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
    pmy_vocabulary_free(&lines);
}

enum { BATCH = 5, BLOCK = 4 };
typedef struct draw {
    int32_t tokens[BATCH * BLOCK], targets[BATCH * BLOCK];
} draw;

static draw draw_of(const pmy_text *text, uint64_t seed, uint64_t step)
{
    draw d;
    memset(&d, 99, sizeof d);
    pmy_text_draw(text, seed, step, BATCH, BLOCK, d.tokens, d.targets);
    return d;
}

static void draws_depend_on_seed_and_step_alone(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_CHARACTERS};
    pmy_text text;
    assert_int_equal(pmy_text_load("data/text/kjv.txt.gz", &v, &text, NULL), PMY_OK);
    draw first = draw_of(&text, 1, 7), same = draw_of(&text, 1, 7), step = draw_of(&text, 1, 8),
         seed = draw_of(&text, 2, 7), far = draw_of(&text, 1, 7 + ((uint64_t)1 << 40));
    assert_memory_equal(&first, &same, sizeof first);
    const draw *others[] = {&step, &seed, &far};
    for (size_t o = 0; o < 3; o++)
        for (size_t row = 0; row < BATCH; row++)
            assert_memory_not_equal(first.tokens + row * BLOCK, others[o]->tokens + row * BLOCK,
                                    BLOCK * sizeof *first.tokens);
    for (size_t row = 1; row < BATCH; row++)
        assert_memory_not_equal(first.tokens, first.tokens + row * BLOCK, BLOCK * sizeof *first.tokens);
    /* A row is the same in a larger batch. */
    int32_t tokens[2 * BATCH * BLOCK], targets[2 * BATCH * BLOCK];
    pmy_text_draw(&text, 1, 7, 2 * BATCH, BLOCK, tokens, targets);
    assert_memory_equal(tokens, first.tokens, sizeof first.tokens);
    assert_memory_equal(targets, first.targets, sizeof first.targets);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
}

/* Windows are counted by what they are; each of `kinds` should come as often. */
static void expect_as_often(const pmy_vocabulary *v, const pmy_text *text, size_t kinds,
                            const char *const *kind, const double *share)
{
    enum { STEPS = 4000, MOST_KINDS = 16 };
    unsigned times[MOST_KINDS] = {0};
    for (uint64_t step = 0; step < STEPS; step++) {
        draw d = draw_of(text, 9, step);
        for (size_t row = 0; row < BATCH; row++) {
            char window[2 * BLOCK + 2];
            (void)strcpy(window, shown(v, BLOCK, d.tokens + row * BLOCK));
            (void)strcat(strcat(window, ">"), shown(v, BLOCK, d.targets + row * BLOCK));
            size_t k = 0;
            while (k < kinds && strcmp(kind[k], window) != 0)
                k++;
            if (k == kinds)
                fail_msg("a window that there is not: %s", window);
            times[k]++;
        }
    }
    for (size_t k = 0; k < kinds; k++) {
        double expected = share[k] * STEPS * BATCH, off = times[k] - expected;
        if (off * off > 16 * expected) /* four standard deviations */
            fail_msg("%s came %u times, not %g", kind[k], times[k], expected);
    }
}

static void all_windows_are_equally_likely(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_BYTES}, lines = {.unit = PMY_BYTES, .lines = true};
    pmy_text text = text_of(&v, "abcdefgh"), front, back;
    static const char *const places[] = {"abcd>bcde", "bcde>cdef", "cdef>defg", "defg>efgh"};
    static const double quarters[] = {0.25, 0.25, 0.25, 0.25};
    expect_as_often(&v, &text, 4, places, quarters);
    pmy_text_free(&text);

    /* The token of what is padded is 0, the line's end. */
    text = text_of(&lines, "x\nabc\nd\nefghi");
    static const char *const some[] = {"\nx\n\n>x\n..", "\nabc>abc\n", "\nd\n\n>d\n..",
                                       "\nefg>efgh",    "efgh>fghi",   "fghi>ghi\n"};
    static const double shares[] = {0.25, 0.25, 0.25, 0.25 / 3, 0.25 / 3, 0.25 / 3};
    expect_as_often(&lines, &text, 6, some, shares);
    assert_int_equal(pmy_text_split(&text, 0.5, &front, &back, NULL), PMY_OK);
    static const double halves[] = {0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3};
    expect_as_often(&lines, &back, 4, some + 2, halves);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
    pmy_vocabulary_free(&lines);
}

/* Five parts of 2³⁰ tokens each, of which only the last is not 0; no memory has as much. */
static void texts_may_have_more_tokens_than_a_word_counts(void **state)
{
    (void)state;
    enum { PARTS = 5, STEPS = 400 };
    const size_t part = (size_t)1 << 30, piece = (size_t)1 << 21;
    FILE *zeros = tmpfile(), *ones = tmpfile();
    assert_true(zeros && ones && ftruncate(fileno(zeros), (off_t)(PARTS * part)) == 0);
    uint8_t *tokens = mmap(NULL, PARTS * part, PROT_READ, MAP_SHARED, fileno(zeros), 0);
    assert_true(tokens != MAP_FAILED);
    for (size_t i = 0; i < piece; i++)
        assert_int_equal(fputc(1, ones), 1);
    assert_int_equal(fflush(ones), 0);
    for (size_t at = (PARTS - 1) * part; at < PARTS * part; at += piece)
        assert_true(mmap(tokens + at, piece, PROT_READ, MAP_SHARED | MAP_FIXED, fileno(ones), 0) ==
                    tokens + at);
    const pmy_text text = {.name = "t", .narrow = tokens, .count = PARTS * part, .end = -1};
    size_t last = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        draw d = draw_of(&text, 3, step);
        for (size_t row = 0; row < BATCH; row++)
            last += (size_t)d.tokens[row * BLOCK];
    }
    /* A fifth, within five standard deviations. */
    double count = (double)STEPS * BATCH, expected = count / PARTS;
    assert_true(fabs((double)last - expected) < 5 * sqrt(expected * (1 - 1.0 / PARTS)));
    assert_int_equal(munmap(tokens, PARTS * part), 0);
    assert_int_equal(fclose(ones), 0);
    assert_int_equal(fclose(zeros), 0);
}

static void a_text_shorter_than_a_window_is_refused(void **state)
{
    (void)state;
    pmy_vocabulary v = {.unit = PMY_BYTES}, lines = {.unit = PMY_BYTES, .lines = true};
    pmy_text text = text_of(&v, "abcdefgh");
    pmy_error error = {0};
    assert_int_equal(pmy_text_check(&text, 7, &error), PMY_OK);
    assert_int_equal(pmy_text_check(&text, 8, &error), PMY_BAD_ARGUMENT);
    assert_string_equal(error.message, "t: 8 tokens are too few for windows of 8");
    assert_int_equal(pmy_text_check(&text, 0, &error), PMY_BAD_ARGUMENT);
    pmy_text_free(&text);
    text = text_of(&lines, "abc");
    assert_int_equal(pmy_text_check(&text, 100, &error), PMY_OK);
    pmy_text_free(&text);
    pmy_vocabulary_free(&v);
    pmy_vocabulary_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_its_tokens),
        cmocka_unit_test(a_line_is_between_two_ends),
        cmocka_unit_test(many_tokens_take_two_bytes),
        cmocka_unit_test(another_text_is_read_with_the_same_tokens),
        cmocka_unit_test(a_text_without_text_is_refused),
        cmocka_unit_test_setup_teardown(a_file_may_be_gzip, folder_new, folder_remove),
        cmocka_unit_test(the_bible_is_read),
        cmocka_unit_test(a_text_splits_by_place),
        cmocka_unit_test(lines_split_between_lines),
        cmocka_unit_test(no_part_is_empty),
        cmocka_unit_test(a_part_with_nothing_to_predict_is_refused),
        cmocka_unit_test(the_checksum_is_of_the_tokens),
        cmocka_unit_test(windows_pass_over_each_token_once),
        cmocka_unit_test(draws_depend_on_seed_and_step_alone),
        cmocka_unit_test(all_windows_are_equally_likely),
        cmocka_unit_test(texts_may_have_more_tokens_than_a_word_counts),
        cmocka_unit_test(a_text_shorter_than_a_window_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
