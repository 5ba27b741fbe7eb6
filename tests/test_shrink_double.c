/* test_shrink.c in double. */
#define TEST_DOUBLE
#include "test_shrink.c"
