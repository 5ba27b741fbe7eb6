/* Backward against finite differences in quad, where every element must be right by its own digits. */
#include "pmyq/gradcheck/suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void expect_pass(void *context, const pmy_check *check)
{
    ++*(size_t *)context;
    if (check->verdict == PMY_PASS && check->error <= 1e-14)
        return;
    char text[512];
    pmy_check_print(check, text, sizeof text);
    fail_msg("%s, %s: error %.3g: %s", check->name, check->input, check->error, text);
}

static void backward_agrees_with_differences_in_quad(void **state)
{
    (void)state;
    /* Under a sanitizer, minutes of arithmetic without hardware, of source that test_oracles checks in
     * double. */
    const char *sanitizer = getenv("SANITIZE");
    if (sanitizer && *sanitizer)
        skip();
    size_t checks = 0;
    const pmyq_suite suite = {.seed = 1, .found = expect_pass, .context = &checks};
    pmy_error error;
    assert_int_equal(pmyq_check_ops(&suite, NULL, &error), PMY_OK);
    assert_true(checks > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(backward_agrees_with_differences_in_quad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
