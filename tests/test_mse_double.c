/* test_mse.c in double. */
#define TEST_DOUBLE
#include "test_mse.c"
