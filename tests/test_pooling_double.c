/* test_pooling.c in double. */
#define TEST_DOUBLE
#include "test_pooling.c"
