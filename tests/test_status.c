/* What calls end in. */
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_status_has_a_text_of_its_own(void **state)
{
    (void)state;
    for (int a = PMY_OK; a <= PMY_STOPPED; a++) {
        assert_true(strlen(pmy_status_text((pmy_status)a)) > 0);
        for (int b = PMY_OK; b < a; b++)
            assert_string_not_equal(pmy_status_text((pmy_status)a), pmy_status_text((pmy_status)b));
    }
    assert_string_equal(pmy_status_text((pmy_status)(PMY_STOPPED + 1)), "unknown status");
}

static void a_failure_fills_the_error_anew(void **state)
{
    (void)state;
    pmy_error error = {.code = PMY_IO, .position = 3, .length = 4, .message = "old"};
    assert_int_equal(pmy_fail(&error, PMY_BAD_FILE, "%s at %d", "here", 5), PMY_BAD_FILE);
    assert_int_equal(error.code, PMY_BAD_FILE);
    assert_int_equal(error.position, 0);
    assert_int_equal(error.length, 0);
    assert_string_equal(error.message, "here at 5");
    assert_int_equal(pmy_fail(NULL, PMY_IO, "nobody asked"), PMY_IO);
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    struct {
        pmy_error error;
        char after[8];
    } it = {.after = "after"};
    char text[2 * sizeof it.error.message];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    (void)pmy_fail(&it.error, PMY_IO, "%s", text);
    assert_int_equal(strlen(it.error.message), sizeof it.error.message - 1);
    assert_string_equal(it.after, "after");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_text_of_its_own),
        cmocka_unit_test(a_failure_fills_the_error_anew),
        cmocka_unit_test(a_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
