/* test_threads.c in double. */
#define TEST_DOUBLE
#include "test_threads.c"
