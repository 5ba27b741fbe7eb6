/* Optimizers in quad precision, against the doubles that PyTorch computed. */
#include "pmyq/optim/optim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define PMY(name) pmyq_##name
#include "optim_recorded.h"

static void quads_move_as_recorded(void **state)
{
    (void)state;
    pmyq_expect_all_recorded("float64", 3, 1e-14, 1e-14, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quads_move_as_recorded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
