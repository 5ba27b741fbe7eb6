/* test_norm_recorded.c in double. */
#define TEST_DOUBLE
#include "test_norm_recorded.c"
