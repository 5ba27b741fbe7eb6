/* test_frozen.c in double. */
#define TEST_DOUBLE
#include "test_frozen.c"
