/* test_accumulation.c in double. */
#define TEST_DOUBLE
#include "test_accumulation.c"
