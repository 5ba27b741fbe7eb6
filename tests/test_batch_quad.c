/* Gathering in quad precision. */
#include "pmyq/data/batch.h"

#include "batch_exact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

BATCH_EXACT(bytes_become_exact_quads, pmyq_)

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(bytes_become_exact_quads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
