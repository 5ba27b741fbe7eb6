/* test_ops.c in double. */
#define TEST_DOUBLE
#include "test_ops.c"
