/* test_dropout.c in double. */
#define TEST_DOUBLE
#include "test_dropout.c"
