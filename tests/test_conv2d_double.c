/* test_conv2d.c in double. */
#define TEST_DOUBLE
#include "test_conv2d.c"
