/* test_losses_recorded.c in double. */
#define TEST_DOUBLE
#include "test_losses_recorded.c"
