/* The page's check panel: each bug is caught, where it is, and the net without one passes. */
#include "page/answer.h"
#include "page/bent_net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

void page_check_net(const char *net, double seed, double in_float);
void page_check_bug(double bug, double seed, double in_float);
void page_check_bugs(void);

static const answer_column *column(const char *name)
{
    for (size_t i = 0; i < answer_column_count(); i++)
        if (strcmp(answer_columns()[i].name, name) == 0)
            return &answer_columns()[i];
    fail_msg("the answer has no %s", name);
    return NULL;
}

static const char *text_of(const char *name, size_t index)
{
    const answer_column *texts = column(name);
    assert_true(index < texts->count);
    const char *text = texts->values;
    while (index--)
        text += strlen(text) + 1;
    return text;
}

static unsigned bug_named(const char *title)
{
    for (unsigned i = 0; i < pmy_bug_count; i++)
        if (strcmp(pmy_bugs[i].title, title) == 0)
            return i;
    fail_msg("there is no bug '%s'", title);
    return 0;
}

static void the_net_without_a_bug_passes(void **state)
{
    (void)state;
    for (double seed = 0; seed < 20; seed++) {
        page_check_bug(0, seed, 0);
        assert_int_equal(column("input")->count, 5);
        for (size_t i = 0; i < 5; i++)
            if (strcmp(text_of("verdict", i), "PASS") != 0 && strcmp(text_of("verdict", i), "KINK") != 0)
                fail_msg("%s: %s", text_of("input", i), text_of("sentence", i));
    }
}

/* The verdicts of x, W1, b1, W2 and b2 with seed 1 in double: P is PASS, W is WRONG, N NONDETERMINISTIC. */
static void each_bug_is_caught_where_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *title, *verdicts, *cause;
    } cases[] = {
        {"none", "PPPPP", ""},
        {"the sign", "WWWWW", "the sign"},
        {"p in place of p − y", "WWWWW", ""},
        {"1/N is missing", "WWWWW", "1/N missing, or too often: 6"},
        {"1/T is missing", "WWWWW", "a factor: 1.5"},
        {"a forgotten broadcast", "PPWPP", ""},
        {"off by one", "PPWPP", "off by one element"},
        {"never written", "PPWPP", "never written"},
        {"transposed", "PWPPP", "transposed"},
        {"= in place of +=", "WPPPP", ""},
        {"a mask at the wrong place", "WWWPP", ""},
        {"a mask of the wrong tensor", "WWWPP", ""},
        {"a new mask", "NNNPP", ""},
        {"a factor forgotten", "WWWPP", "a factor: 0.75"},
        {"a mean taken for a constant", "WWWPP", ""},
    };
    assert_int_equal(pmy_bug_count, sizeof cases / sizeof *cases);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        bool cause_is_named = false;
        page_check_bug(bug_named(cases[c].title), 1, 0);
        for (size_t i = 0; i < 5; i++) {
            if (text_of("verdict", i)[0] != cases[c].verdicts[i])
                fail_msg("%s, %s: %s", cases[c].title, text_of("input", i), text_of("sentence", i));
            cause_is_named |= strstr(text_of("sentence", i), cases[c].cause) != NULL;
        }
        if (!cause_is_named)
            fail_msg("%s: no sentence names %s", cases[c].title, cases[c].cause);
        assert_int_equal(column("picture")->count, 1);
    }
}

static void what_the_page_shows_of_a_bug_is_what_is_compiled(void **state)
{
    (void)state;
    page_check_bugs();
    assert_int_equal(column("title")->count, pmy_bug_count);
    unsigned sign = bug_named("the sign");
    assert_string_equal(text_of("right", sign),
                        "slope = dloss * (p[i] - (i == target)) / temperature / rows");
    assert_string_equal(text_of("wrong", sign),
                        "slope = dloss * ((i == target) - p[i]) / temperature / rows");
}

static void a_net_is_checked(void **state)
{
    (void)state;
    page_check_net("linear 6, tanh, linear 3", 0, 0);
    assert_int_equal(column("input")->count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(text_of("verdict", i), "PASS");
    page_check_net("embed 8, [layernorm, attention 2], linear vocab", 0, 1);
    assert_true(column("input")->count > 4);
}

static void a_net_that_is_none_is_refused_at_its_word(void **state)
{
    (void)state;
    page_check_net("linear 6, tahn, linear 3", 0, 0);
    assert_true(strstr(text_of("error", 0), "tanh") != NULL);
    const double *place = column("error_place")->values;
    assert_int_equal(place[0], 10);
    assert_int_equal(place[1], 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_net_without_a_bug_passes),
        cmocka_unit_test(each_bug_is_caught_where_it_is),
        cmocka_unit_test(what_the_page_shows_of_a_bug_is_what_is_compiled),
        cmocka_unit_test(a_net_is_checked),
        cmocka_unit_test(a_net_that_is_none_is_refused_at_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
