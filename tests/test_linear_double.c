/* test_linear.c in double. */
#define TEST_DOUBLE
#include "test_linear.c"
