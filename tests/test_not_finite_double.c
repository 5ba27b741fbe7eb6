/* test_not_finite.c in double. */
#define TEST_DOUBLE
#include "test_not_finite.c"
